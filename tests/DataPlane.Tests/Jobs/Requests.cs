using BackupEngine.DataPlane.Protocol;

namespace BackupEngine.DataPlane.Tests.Jobs;

/// <summary>Requests to start jobs, with what a test does not care about filled in.</summary>
internal static class Requests
{
    /// <summary>A rate at which a job of some MiB takes so long that it has to be stopped.</summary>
    public const long Slow = 256 * 1024;

    public static StartJobRequest Backup(
        string jobId,
        string repository,
        string backupId,
        string attachmentId,
        string parent = "",
        long rate = 0) => new()
        {
            JobId = jobId,
            Backup = new BackupJob
            {
                Repository = repository,
                InitializeRepository = true,
                BackupId = backupId,
                VolumeId = "volume",
                ParentBackupId = parent,
                AttachmentId = attachmentId,
                Tuning = new Tuning { RateLimitBytesPerSecond = rate, IoSizeBytes = 64 * 1024 },
            },
        };

    public static StartJobRequest Restore(
        string jobId, string repository, string backupId, string attachmentId, long rate = 0) => new()
        {
            JobId = jobId,
            Restore = new RestoreJob
            {
                Repository = repository,
                BackupId = backupId,
                AttachmentId = attachmentId,
                Tuning = new Tuning { RateLimitBytesPerSecond = rate, IoSizeBytes = 64 * 1024 },
            },
        };

    public static StartJobRequest Gc(string jobId, string repository) => new()
    {
        JobId = jobId,
        Gc = new GcJob { Repository = repository, FenceAfterSeconds = 60 },
    };

    public static StartJobRequest Verify(string jobId, string repository, VerifyLevel level) => new()
    {
        JobId = jobId,
        Verify = new VerifyJob { Repository = repository, Level = level },
    };

    public static StartJobRequest Delete(string jobId, string repository, string backupId) => new()
    {
        JobId = jobId,
        Delete = new DeleteJob { Repository = repository, BackupId = backupId },
    };
}
