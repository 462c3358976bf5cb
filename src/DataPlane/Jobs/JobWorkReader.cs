using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Collection;
using BackupEngine.Chunkstore.Verification;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Nbd.Server;
using BackupEngine.DataPlane.Nbd.Server.Listening;
using Contract = BackupEngine.DataPlane.Protocol;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>
/// Checks the form of a request to start a job. What depends on repositories and devices is the job's to find out.
/// </summary>
internal static class JobWorkReader
{
    /// <summary>Reads the work of a request.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: something in it cannot be right.</exception>
    public static JobWork Read(Contract.StartJobRequest request)
    {
        if (request.JobId.Length is 0 or > JobTable.MaximumIdLength)
        {
            throw Refusal.InvalidArgument($"A job_id has 1 to {JobTable.MaximumIdLength} characters.");
        }

        return request.WorkCase switch
        {
            Contract.StartJobRequest.WorkOneofCase.Backup => Backup(request.Backup),
            Contract.StartJobRequest.WorkOneofCase.Restore => Restore(request.Restore),
            Contract.StartJobRequest.WorkOneofCase.Delete => Delete(request.Delete),
            Contract.StartJobRequest.WorkOneofCase.Gc => Gc(request.Gc),
            Contract.StartJobRequest.WorkOneofCase.Verify => Verify(request.Verify),
            Contract.StartJobRequest.WorkOneofCase.NbdServe => NbdServe(request.NbdServe),
            _ => throw Refusal.InvalidArgument(
                "A job needs its work: backup, restore, delete, gc, verify or nbd_serve."),
        };
    }

    private static BackupWork Backup(Contract.BackupJob job)
    {
        Require(job.VolumeId.Length is > 0 and <= 255, "A volume_id has 1 to 255 characters.");
        Require(job.AttachmentId.Length > 0, "A backup needs the attachment_id of its source.");
        Require(job.Tuning is not { CheckpointSeconds: < 0 }, "A time between checkpoints cannot be negative.");
        Require(job.Tuning is not { RateLimitBytesPerSecond: < 0 }, "A rate limit cannot be negative.");
        Require(
            job.ChangedBlocks is null || job.ChangedBlocksUnknown.Length == 0,
            "Changed blocks are either named or unknown, not both.");
        return new BackupWork(job)
        {
            Repository = Directory(job.Repository),
            BackupId = Id(job.BackupId),
            ParentId = job.ParentBackupId.Length == 0 ? null : Id(job.ParentBackupId),
            Tuning = TuningReader.Read(job.Tuning),
        };
    }

    private static RestoreWork Restore(Contract.RestoreJob job)
    {
        Require(job.AttachmentId.Length > 0, "A restore needs the attachment_id of its target.");
        Require(
            job.ResumeFile.Length == 0 || Path.IsPathRooted(job.ResumeFile),
            $"The resume_file must be an absolute path, not '{job.ResumeFile}'.");
        Require(
            job.ResumeTarget.Length == 0 || job.ResumeFile.Length > 0, "A resume_target goes with a resume_file.");
        Require(job.Tuning is not { RateLimitBytesPerSecond: < 0 }, "A rate limit cannot be negative.");
        return new RestoreWork(job)
        {
            Repository = Directory(job.Repository),
            BackupId = Id(job.BackupId),
            Tuning = TuningReader.Read(job.Tuning),
        };
    }

    private static DeleteWork Delete(Contract.DeleteJob job) => new()
    {
        Repository = Directory(job.Repository),
        BackupId = Id(job.BackupId),
        KeepCheckpoints = job.KeepCheckpoints,
    };

    private static GcWork Gc(Contract.GcJob job)
    {
        var usual = new CollectOptions();
        var threshold = job.HasThresholdPercent ? job.ThresholdPercent : usual.ThresholdPercent;
        Require(threshold is >= 0 and <= 100, "A threshold_percent is from 0 to 100.");
        Require(job.FenceAfterSeconds >= 0, "fence_after_seconds cannot be negative.");
        return new GcWork
        {
            Repository = Directory(job.Repository),
            BackupId = default,
            Options = usual with
            {
                DryRun = job.DryRun,
                ThresholdPercent = threshold,
                FenceAfter = job.FenceAfterSeconds == 0
                    ? usual.FenceAfter
                    : TimeSpan.FromSeconds(job.FenceAfterSeconds),
            },
        };
    }

    private static VerifyWork Verify(Contract.VerifyJob job)
    {
        Require(job.Percent is >= 0 and <= 100, "A percent is from 1 to 100, or 0 for all.");
        Require(job.BudgetBytes >= 0, "budget_bytes cannot be negative.");
        return new VerifyWork
        {
            Repository = Directory(job.Repository),
            BackupId = default,
            Options = new VerifyOptions
            {
                Level = job.Level switch
                {
                    Contract.VerifyLevel.Unspecified or Contract.VerifyLevel.Structure => VerifyLevel.Structure,
                    Contract.VerifyLevel.Packs => VerifyLevel.Packs,
                    Contract.VerifyLevel.Data => VerifyLevel.Data,
                    _ => throw Refusal.InvalidArgument("A level is STRUCTURE, PACKS or DATA."),
                },
                Backups = [.. job.BackupIds.Select(Id)],
                Percent = job.Percent == 0 ? 100 : job.Percent,
                OldestFirst = job.OldestFirst,
                BudgetBytes = job.BudgetBytes == 0 ? null : job.BudgetBytes,
            },
        };
    }

    private static NbdServeWork NbdServe(Contract.NbdServeJob job)
    {
        Require(
            (job.SocketPath.Length > 0) != (job.Listen.Length > 0),
            "Exactly one of socket_path and listen says where to serve.");
        Require(
            job.WritableOverlay.Length == 0 || Path.IsPathRooted(job.WritableOverlay),
            "The overlay must be an absolute path.");
        Require(job.CacheBytes >= 0, "cache_bytes cannot be negative.");
        Require(job.MaxConnections is >= 0 and <= NbdServerLimits.MostConnections,
            $"max_connections is from 1 to {NbdServerLimits.MostConnections}, or 0 for the default.");
        Require(
            (job.TlsCertificate.Length > 0) == (job.TlsKey.Length > 0)
            && (job.TlsClientAuthority.Length == 0 || job.TlsKey.Length > 0),
            "TLS needs tls_certificate and tls_key; tls_client_authority only adds to them.");
        var limits = new NbdServerLimits { Ending = TimeSpan.FromSeconds(5) };
        return new NbdServeWork
        {
            Repository = Directory(job.Repository),
            BackupId = Id(job.BackupId),
            Endpoint = Endpoint(job),
            OverlayPath = job.WritableOverlay.Length == 0 ? null : job.WritableOverlay,
            CacheBytes = job.CacheBytes == 0 ? NbdServeRequest.DefaultCacheBytes : job.CacheBytes,
            Tls = job.TlsKey.Length == 0 ? null : new TlsFiles(
                job.TlsCertificate, job.TlsKey, job.TlsClientAuthority.Length == 0 ? null : job.TlsClientAuthority),
            Limits = job.MaxConnections == 0 ? limits : limits with { Connections = job.MaxConnections },
        };
    }

    private static NbdEndpoint Endpoint(Contract.NbdServeJob job)
    {
        Require(
            job.SocketPath.Length == 0 || Path.IsPathRooted(job.SocketPath), "socket_path must be an absolute path.");
        try
        {
            return job.SocketPath.Length > 0
                ? NbdEndpoint.Unix(job.SocketPath)
                : NbdEndpoint.Tcp(job.Listen, clientsAreKnown: job.TlsClientAuthority.Length > 0);
        }
        catch (UsageException e)
        {
            throw Refusal.InvalidArgument(e.Message);
        }
    }

    private static string Directory(string path)
    {
        Require(Path.IsPathRooted(path), $"The repository must be an absolute path, not '{path}'.");
        return Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
    }

    private static BackupId Id(string text) =>
        BackupId.TryParse(text, out var id) ? id : throw Refusal.InvalidArgument($"'{text}' is not a backup id.");

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw Refusal.InvalidArgument(message);
        }
    }
}
