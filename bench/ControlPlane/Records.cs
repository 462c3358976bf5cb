using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlaneBench;

/// <summary>Records that are written past the API.</summary>
internal static class Records
{
    public static VolumeEntity Volume(EngineServer server) => new()
    {
        Id = Guid.NewGuid(),
        ProjectId = server.User.ProjectId,
        UserId = "bench",
        Name = "volume",
        SizeGiB = 1,
        Status = VolumeStatus.Available,
        Host = server.Host,
        CreatedAt = TimeProvider.System.GetUtcNow().UtcDateTime,
    };

    public static BackupEntity Backup(EngineServer server, VolumeEntity volume, string status) => new()
    {
        Id = Guid.NewGuid(),
        ProjectId = server.User.ProjectId,
        UserId = "bench",
        Name = "backup",
        VolumeId = volume.Id,
        SizeGiB = 1,
        Status = status,
        AvailabilityZone = "nova",
        DataTimestamp = volume.CreatedAt,
        CreatedAt = volume.CreatedAt,
    };
}
