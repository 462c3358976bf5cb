using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Backups.Extensions;
using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Idempotency;

namespace BackupEngine.ControlPlane.Api.Backups;

/// <summary>A backup as it is asked for.</summary>
internal sealed record NewBackup
{
    /// <summary>The volume.</summary>
    public required Guid VolumeId { get; init; }

    /// <summary>The snapshot to back up instead of the volume as it is.</summary>
    public required Guid? SnapshotId { get; init; }

    /// <summary>Whether it is to be based on the newest one there is.</summary>
    public required bool Incremental { get; init; }

    /// <summary>Whether the volume may be in use.</summary>
    public required bool Force { get; init; }

    /// <summary>Name.</summary>
    public required string? Name { get; init; }

    /// <summary>Description.</summary>
    public required string? Description { get; init; }

    /// <summary>Container.</summary>
    public required string? Container { get; init; }

    /// <summary>Availability zone; null: that of the volume.</summary>
    public required string? AvailabilityZone { get; init; }

    /// <summary>User metadata, as the record keeps it.</summary>
    public required string MetadataJson { get; init; }

    /// <summary>The id that it gets; null: a new one.</summary>
    public Guid? Id { get; init; }

    /// <summary>Whether an incremental becomes a full one where there is none to base it on.</summary>
    public bool FullWithoutParent { get; init; }

    /// <summary>The policy that asks for it; null: a user does.</summary>
    public Guid? PolicyId { get; init; }

    /// <summary>What it is asked for beside what Block Storage knows.</summary>
    public ActionOptions Options { get; init; } = ActionOptions.Usual;

    /// <summary>What the client calls the request by, so that it may ask again; null: it does not.</summary>
    public IdempotencyKey? Key { get; init; }

    /// <summary>Reads a body that passed its schema.</summary>
    public static NewBackup Read(BodyValue body)
    {
        var backup = body["backup"]!;
        return new NewBackup
        {
            VolumeId = UuidSchema.Read(backup["volume_id"])!.Value,
            SnapshotId = UuidSchema.Read(backup["snapshot_id"]),
            Incremental = TruthSchema.Read(backup["incremental"]) ?? false,
            Force = TruthSchema.Read(backup["force"]) ?? false,
            Name = BodyFields.ReadTrimmed(backup, "name"),
            Description = BodyFields.ReadTrimmed(backup, "description"),
            Container = BodyFields.ReadText(backup, "container"),
            AvailabilityZone = BodyFields.ReadText(backup, "availability_zone"),
            Options = ActionOptions.Read(backup),
            MetadataJson = MetadataText.Write(MetadataSchema.Read(backup["metadata"])),
        };
    }
}
