using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Restore;
using BackupEngine.DataPlane.Transfers;
using Contract = BackupEngine.DataPlane.Protocol;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>Writes a backup to the attached device.</summary>
internal sealed class RestoreWork(Contract.RestoreJob request) : JobWork
{
    /// <summary>How the machine is used.</summary>
    public required TuningOptions Tuning { get; init; }

    /// <inheritdoc/>
    public override string Verb => "restore";

    /// <inheritdoc/>
    public override string? AttachmentId => request.AttachmentId;

    /// <inheritdoc/>
    public override long RateLimitBytesPerSecond => request.Tuning?.RateLimitBytesPerSecond ?? 0;

    /// <inheritdoc/>
    public override bool WritesDevice => true;

    /// <inheritdoc/>
    public override bool NeedsBackupAlone => false;

    /// <inheritdoc/>
    public override async Task<Action<Contract.Job>> RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        using var lease = context.Services.Repositories.Lease(Repository, initialize: false);
        var toRestore = new RestoreRequest
        {
            Repository = lease.Repository,
            BackupId = BackupId,
            Target = context.Device!,
            TargetIsZero = request.TargetIsZero,
            OnlyDifferences = request.OnlyDifferences,
            KeepGoing = request.KeepGoing,
            ResumeFile = request.ResumeFile.Length == 0 ? null : request.ResumeFile,
            ResumeTarget = request.ResumeTarget.Length == 0 ? null : request.ResumeTarget,
            Tuning = Tuning,
            RateLimiter = context.RateLimiter,
            Shared = context.Shared,
            BeforeWrite = context.RequireLease,
        };
        var result = await context.Services.Restores.RunAsync(toRestore, context.Progress, cancellationToken);
        return job =>
        {
            job.Restore = Describe(result);
            if (!result.Complete)
            {
                job.State = Contract.JobState.Failed;
                job.ExitCode = (int)ExitCode.CorruptData;
                job.Error = result.Warnings.First(warning => warning.Contains("INCOMPLETE", StringComparison.Ordinal));
            }
        };
    }

    private static Contract.RestoreResult Describe(RestoreResult result) => new()
    {
        BackupId = result.BackupId,
        BytesWritten = result.BytesWritten,
        ZeroBytes = result.ZeroBytes,
        Seconds = result.Seconds,
        CpuSeconds = result.CpuSeconds,
        DirectIo = result.DirectIo,
        IoEngine = result.IoEngine,
        Stages = StageMessage.Of(result.Stages),
        Warnings = { result.Warnings },
        BytesRead = result.BytesRead,
        BytesSame = result.BytesSame,
        VolumeBytes = result.VolumeBytes,
        HarmedBytes = result.HarmedBytes,
        Harmed =
        {
            result.Harmed.Select(
                range => new Contract.Extent { OffsetBytes = range.Offset, LengthBytes = range.Length }),
        },
    };
}
