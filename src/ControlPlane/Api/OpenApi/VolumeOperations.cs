using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Metadata;
using BackupEngine.ControlPlane.Api.Snapshots;
using BackupEngine.ControlPlane.Api.Versions;
using BackupEngine.ControlPlane.Api.Volumes;

namespace BackupEngine.ControlPlane.Api.OpenApi;

/// <summary>The routes of volumes and snapshots.</summary>
internal static class VolumeOperations
{
    private const int Accepted = StatusCodes.Status202Accepted;

    public static readonly ApiOperation[] All =
    [
        new("POST /volumes", "Make a volume: empty, or from a snapshot, a volume or a backup")
        {
            Status = Accepted,
            Body = VolumeBodies.Create(Microversion.Maximum),
            Field = "volume",
            Type = ApiJson.Relaxed.VolumeDetail,
        },
        new("GET /volumes", "List volumes") { Field = "volumes", Type = ApiJson.Relaxed.VolumeSummary, IsList = true },
        new("GET /volumes/detail", "List volumes with everything")
        {
            Field = "volumes",
            Type = ApiJson.Relaxed.VolumeDetail,
            IsList = true,
        },
        new("GET /volumes/summary", "Count volumes and their GiB")
        {
            Since = 12,
            Field = "volume-summary",
            Type = ApiJson.Relaxed.VolumeTotals,
        },
        new("GET /volumes/{id}", "Show a volume") { Field = "volume", Type = ApiJson.Relaxed.VolumeDetail },
        new("PUT /volumes/{id}", "Change name, description or metadata")
        {
            Body = VolumeBodies.Update,
            Field = "volume",
            Type = ApiJson.Relaxed.VolumeDetail,
        },
        new("DELETE /volumes/{id}", "Delete a volume") { Status = Accepted },
        new("POST /volumes/{id}/action", "Attach, detach, connect, extend, set right")
        {
            Status = Accepted,
            Actions =
            [
                VolumeBodies.Attach, VolumeBodies.Detach, VolumeBodies.InitializeConnection,
                VolumeBodies.TerminateConnection, VolumeBodies.Extend, VolumeBodies.SetBootable,
                VolumeBodies.ResetStatus, VolumeBodies.ForceDelete,
            ],
        },
        new("POST /snapshots", "Take a snapshot")
        {
            Status = Accepted,
            Body = SnapshotBodies.Create,
            Field = "snapshot",
            Type = ApiJson.Relaxed.SnapshotDetail,
        },
        new("GET /snapshots", "List snapshots")
        {
            Field = "snapshots",
            Type = ApiJson.Relaxed.SnapshotDetail,
            IsList = true,
        },
        new("GET /snapshots/detail", "List snapshots with everything")
        {
            Field = "snapshots",
            Type = ApiJson.Relaxed.SnapshotDetail,
            IsList = true,
        },
        new("GET /snapshots/{id}", "Show a snapshot") { Field = "snapshot", Type = ApiJson.Relaxed.SnapshotDetail },
        new("PUT /snapshots/{id}", "Change name or description")
        {
            Body = SnapshotBodies.Update,
            Field = "snapshot",
            Type = ApiJson.Relaxed.SnapshotDetail,
        },
        new("DELETE /snapshots/{id}", "Delete a snapshot") { Status = Accepted },
        new("POST /snapshots/{id}/action", "Reset the status, or delete by force")
        {
            Status = Accepted,
            ForAdministrators = true,
            Actions = [SnapshotActions.ResetStatus, SnapshotActions.ForceDelete],
        },
        .. OfMetadata("volumes"),
        .. OfMetadata("snapshots"),
    ];

    private static ApiOperation[] OfMetadata(string collection)
    {
        var path = $"/{collection}/{{id}}/metadata";
        return
        [
            new("GET " + path, "Show the metadata"),
            new("POST " + path, "Add metadata") { Body = MetadataEndpoints.WholeBody },
            new("PUT " + path, "Replace the metadata") { Body = MetadataEndpoints.WholeBody },
            new("GET " + path + "/{key}", "Show one item"),
            new("PUT " + path + "/{key}", "Set one item") { Body = MetadataEndpoints.OneBody },
            new("DELETE " + path + "/{key}", "Remove one item"),
        ];
    }
}
