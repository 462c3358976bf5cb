using System.Diagnostics;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Stages;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Devices.Engines;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Memory;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Restore;

/// <summary>
/// Restores backups: for the command line and for the job server alike. Safe to use from many threads.
/// </summary>
public sealed class RestoreRunner(ILogger<RestoreRunner> logger)
{
    /// <summary>What the threads do that have to come to an end for the restore to end.</summary>
    private static readonly Stage[] WorkerStages =
    [
        Stage.PackRead, Stage.Decrypt, Stage.Decompress, Stage.Verify, Stage.TargetRead, Stage.TargetWrite,
        Stage.Zeroing, Stage.TargetFlush, Stage.WaitForWork,
    ];

    /// <summary>Reads the backup, checks every chunk against its id, writes the target, and makes it durable.</summary>
    /// <param name="request">What to restore, and where.</param>
    /// <param name="progress">Told from the workers' threads, often; null for nobody.</param>
    /// <param name="cancellationToken">Stops the restore; the target is incomplete then, and the exception says
    /// so.</param>
    /// <exception cref="UsageException">The request is wrong.</exception>
    /// <exception cref="DeviceException">The target is too small; nothing was written.</exception>
    /// <exception cref="TargetIncompleteException">It failed after writing had begun.</exception>
    /// <exception cref="Chunkstore.Errors.RepositoryException">The backup cannot be found or opened; nothing was
    /// written.</exception>
    public async Task<RestoreResult> RunAsync(
        RestoreRequest request, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        using var cpu = CpuAccount.Open();
        request.Tuning.Validate();
        var manifest = request.Repository.GetManifest(request.BackupId);
        RefuseSmallTarget(request.Target, manifest);
        using var engine = IoEngines.Open(request.Tuning.IoEngine, request.Target, several: false, logger);
        var warnings = new List<string>();
        var wanted = RestoreSizes.For(request.Tuning, manifest.Root.Shape);
        using var memory = await AcquireMemoryAsync(request, wanted, progress, cancellationToken);
        var sizes = wanted.Within(memory.Bytes);
        memory.Check(sizes.Bytes);
        WarnOfLessMemory(wanted, sizes, warnings);
        using var slots = request.Shared.JoinSlots();
        using var session = request.Repository.BeginRead(manifest);
        var resume = OpenResumeFile(request, manifest);
        request = await CheckZeroClaimAsync(request, manifest, warnings, cancellationToken);
        using var run = new RestoreRun(request, engine, manifest, sizes, slots, resume, progress, logger);
        logger.LogInformation(
            "Restore of backup {BackupId}: {Workers} workers, buffers of at most {BufferBytes} bytes, "
            + "plans of {PlanBytes}",
            request.BackupId, run.Sizes.Workers, run.Sizes.BufferBytes, run.Sizes.PlanBytes);
        await RunAsync(run, request, cancellationToken);
        warnings.AddRange(Warnings(request.Target, run.Context, resume).Append(session.Warning));
        warnings.AddRange(engine.Refused.Select(refused => $"{refused}."));
        var result = Result(request, manifest, run, watch.Elapsed, cpu.Seconds, warnings);
        if (result.Complete)
        {
            resume?.Delete();
        }

        return result;
    }

    private static async Task<MemoryGrant> AcquireMemoryAsync(
        RestoreRequest request,
        RestoreSizes wanted,
        IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken)
    {
        var total = request.Target.LengthBytes;
        var grant = await request.Shared.AcquireMemoryAsync(
            wanted.Least.Bytes,
            wanted.Bytes,
            () => progress?.Report(new TransferProgress(0, total, "memory")),
            cancellationToken);
        progress?.Report(new TransferProgress(0, total));
        return grant;
    }

    private static void WarnOfLessMemory(RestoreSizes wanted, RestoreSizes sizes, List<string> warnings)
    {
        if (sizes != wanted)
        {
            warnings.Add(
                $"Within the memory budget there was room for {sizes.Workers} workers and plans of {sizes.PlanLeaves} "
                + $"leaves, not for {wanted.Workers} and {wanted.PlanLeaves}.");
        }
    }

    private static ResumeFile? OpenResumeFile(RestoreRequest request, Manifest manifest) =>
        request.ResumeFile is not { } path ? null : ResumeFile.Open(path, new ResumeState(
            Format: "",
            request.Repository.Id,
            manifest.BackupId.Value,
            manifest.Root.RootId.ToString(),
            manifest.Root.Shape.VolumeBytes,
            request.ResumeTarget ?? request.Target.Name,
            BegunBytes: 0));

    private static async Task<RestoreRequest> CheckZeroClaimAsync(
        RestoreRequest request, Manifest manifest, List<string> warnings, CancellationToken cancellationToken)
    {
        if (!request.TargetIsZero)
        {
            return request;
        }

        using var pool = new AlignedBufferPool(new AlignedBufferPoolOptions
        {
            BlockSizeBytes = AlignedBufferPool.AlignmentBytes,
            MaxTotalBytes = AlignedBufferPool.AlignmentBytes,
        });
        var other = await ZeroClaim.FindOtherAsync(
            request.Target, manifest.Root.Shape.VolumeBytes, pool, cancellationToken);
        if (other is not { } offset)
        {
            return request;
        }

        warnings.Add(
            $"{request.Target.Name} was said to read as zeros, but does not at {offset}: zeros are written as well.");
        return request with { TargetIsZero = false };
    }

    private static void RefuseSmallTarget(IBlockDevice target, Manifest manifest)
    {
        var volumeBytes = manifest.Root.Shape.VolumeBytes;
        if (target.LengthBytes < volumeBytes)
        {
            throw new DeviceException(
                DeviceErrorKind.TooSmall,
                $"{target.Name} has {target.LengthBytes} bytes, but backup {manifest.BackupId} needs {volumeBytes}. "
                + "Nothing was written; restore to a larger target.");
        }
    }

    private static async Task RunAsync(RestoreRun run, RestoreRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await run.RunAsync(cancellationToken);
        }
        catch (OperationCanceledException e) when (run.Writer is { Began: true })
        {
            throw new OperationCanceledException($"Cancelled. {IncompleteTarget(request)}", e, cancellationToken);
        }
        catch (Exception e) when (run.Writer is { Began: true })
        {
            throw new TargetIncompleteException($"{e.Message} {IncompleteTarget(request)}", e);
        }
    }

    private static string IncompleteTarget(RestoreRequest request) => request.IncompleteTargetNote
        ?? $"The target {request.Target.Name} is INCOMPLETE and must not be used; restore to it again.";

    private RestoreResult Result(
        RestoreRequest request,
        Manifest manifest,
        RestoreRun run,
        TimeSpan elapsed,
        double cpuSeconds,
        IEnumerable<string> allWarnings)
    {
        var warnings = allWarnings.Where(text => text.Length > 0).ToList();
        warnings.ForEach(warning => logger.LogWarning("{Warning}", warning));
        return new RestoreResult
        {
            BackupId = manifest.BackupId.Value,
            VolumeBytes = manifest.Root.Shape.VolumeBytes,
            Complete = run.Context.Harmed is null or { Bytes: 0 },
            BytesRead = run.Writer.BytesRead,
            BytesSame = run.Writer.SameBytes,
            HarmedBytes = run.Context.Harmed?.Bytes ?? 0,
            Harmed = run.Context.Harmed?.List() ?? [],
            BytesWritten = run.Writer.BytesWritten,
            ZeroBytes = run.Writer.ZeroBytes,
            Seconds = Math.Round(elapsed.TotalSeconds, 3),
            CpuSeconds = Math.Round(cpuSeconds, 3),
            DirectIo = request.Target.DirectIo,
            IoEngine = run.IoEngine,
            BufferBytes = run.Sizes.BufferBytes,
            Stages = StageReport.Of(run.Context.Stages, WorkerStages, cpuSeconds),
            Warnings = warnings,
        };
    }

    private static IEnumerable<string> Warnings(IBlockDevice target, RestoreContext context, ResumeFile? resume)
    {
        if (target.DirectIoRefused is { } cached)
        {
            yield return $"Written through the page cache: {cached}.";
        }

        if (target.ZeroingRefused is { } zeroing)
        {
            yield return $"{zeroing}.";
        }

        yield return resume?.Warning ?? "";
        if (context.Harmed is { Bytes: > 0 } harmed)
        {
            yield return $"The target {target.Name} is INCOMPLETE: {harmed.Bytes} bytes could not be restored and hold "
                + $"what was there before. The first cause: {harmed.FirstCause}";
        }

        if (context.Harmed is { IsCut: true })
        {
            yield return "There are more harmed ranges than are listed.";
        }

        foreach (var incident in target.Incidents)
        {
            yield return incident;
        }
    }
}
