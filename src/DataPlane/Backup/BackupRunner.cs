using System.Diagnostics;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Index.Merging;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Stages;
using BackupEngine.DataPlane.Devices.Engines;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Backup;

/// <summary>Makes backups: for the command line and for the job server alike. Safe to use from many threads.</summary>
public sealed class BackupRunner(ILogger<BackupRunner> logger)
{
    private const int MaximumVolumeIdLength = 255;

    /// <summary>
    /// Reads the source, stores what is new, and publishes the backup. Whatever fails before that leaves nothing
    /// published.
    /// </summary>
    /// <param name="request">What to back up.</param>
    /// <param name="progress">Told from the lanes' threads, often; null for nobody.</param>
    /// <param name="cancellationToken">Stops the backup; nothing is published.</param>
    /// <exception cref="UsageException">The request is wrong, or its parent does not fit.</exception>
    /// <exception cref="Devices.DeviceException">The source cannot be read.</exception>
    /// <exception cref="Chunkstore.Errors.RepositoryException">The repository cannot take it.</exception>
    public async Task<BackupResult> RunAsync(
        BackupRequest request, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        using var cpu = CpuAccount.Open();
        Validate(request);
        (request, var doubts) = await SurveyedSource.AskAsync(request, logger, cancellationToken);
        ChangedBlocks.Validate(request.ChangedBlocks ?? [], request.Source.LengthBytes);
        using var engine = IoEngines.Open(request.Tuning.IoEngine, request.Source, several: true, logger);
        var stages = new StageTotals();
        var buffers = await BackupMemory.AcquireAsync(request, progress, cancellationToken);
        using var memory = buffers.Grant;
        using var slots = request.Shared.JoinSlots();
        var start = await BackupStart.BeginAsync(
            ParentRules.Find(request),
            request,
            on => Begin(request, on, stages, buffers.Sizes),
            logger,
            cancellationToken);
        await using var writer = start.Writer;
        var planning = new BackupPlanning(request, engine.Device, start, slots, logger);
        var run = new BackupRun(
            request, engine, start.Parent, writer, planning, stages, buffers.Sizes.Lanes, slots, progress, logger);
        WarnOfLessMemory(buffers, run);
        WarnOfCachedReads(request, run);
        doubts.ToList().ForEach(doubt => Warn(run, doubt));
        var manifest = await run.RunAsync(cancellationToken);
        run.Warnings.AddRange(request.Source.Incidents);
        logger.LogInformation("Backup {BackupId} of volume {VolumeId} published", request.BackupId, request.VolumeId);
        var (seconds, cpuSeconds) = (watch.Elapsed, cpu.Seconds);
        await writer.DisposeAsync();
        var merge = await TryMergeIndexAsync(request, run, cancellationToken);
        await TryReserveSpaceAsync(request, run, cancellationToken);
        var times = StageTimes.Of(stages, cpuSeconds);
        return Result(request, manifest, run, times, seconds, cpuSeconds) with { IndexMerge = merge };
    }

    private static void Validate(BackupRequest request)
    {
        request.Tuning.Validate();
        if (request.VerifyChanged is < 0 or > BackupRequest.MaximumVerifyChanged)
        {
            throw new UsageException(
                $"The share to be re-read must be from 0 (nothing) to {BackupRequest.MaximumVerifyChanged}, "
                + $"not {request.VerifyChanged}.");
        }

        if (request.VolumeId.Length is 0 or > MaximumVolumeIdLength)
        {
            throw new UsageException(
                $"A volume id has 1 to {MaximumVolumeIdLength} characters, not {request.VolumeId.Length}.");
        }

        if (request.ChangedBlocks is not null && request.ChangedBlocksUnknown is not null)
        {
            throw new UsageException("Changed blocks are either named or unknown, not both. Nothing was backed up.");
        }
    }

    private static BackupWriter Begin(
        BackupRequest request, Manifest? parent, StageTotals stages, BackupSizes sizes)
    {
        try
        {
            return request.Repository.BeginBackup(WriterOptions(request, parent) with
            {
                Stages = stages,
                CheckpointChunks = sizes.Writer.CheckpointChunks,
            });
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"{e.Message} Nothing was backed up.", e);
        }
    }

    private static BackupWriterOptions WriterOptions(BackupRequest request, Manifest? parent) => new()
    {
        BackupId = request.BackupId,
        VolumeId = request.VolumeId,
        VolumeBytes = request.Source.LengthBytes,
        Parent = parent,
        Compression = request.Tuning.Compression,
        BaseToken = request.BaseToken,
        SourceIdentity = request.SourceIdentity,
        Resume = request.Resume,
        CheckpointBytes = request.Tuning.CheckpointBytes,
        CheckpointTime = request.Tuning.CheckpointTime,
    };

    /// <summary>
    /// The backup is published: whatever happens to the index now is told, and fails nothing. The next backup tries
    /// again.
    /// </summary>
    private async Task<IndexMergeReport?> TryMergeIndexAsync(
        BackupRequest request, BackupRun run, CancellationToken cancellationToken)
    {
        try
        {
            var report = await request.Repository.MergeIndexAsync(IndexMergeOptions.AfterBackup, cancellationToken);
            report.Warnings.ToList().ForEach(warning => Warn(run, warning));
            return report;
        }
        catch (Exception exception) when (exception is RepositoryException or OperationCanceledException)
        {
            Warn(run, $"Index segments were not merged; the backup is complete. {exception.Message}");
            return null;
        }
    }

    private async Task TryReserveSpaceAsync(
        BackupRequest request, BackupRun run, CancellationToken cancellationToken)
    {
        const string warning = "There is no space for the reserve that lets a collection begin on a full disk; the "
            + "backup is complete. Free some space soon.";
        try
        {
            if (!await request.Repository.TryReserveSpaceAsync(cancellationToken))
            {
                Warn(run, warning);
            }
        }
        catch (Exception exception) when (exception is RepositoryException or OperationCanceledException)
        {
            Warn(run, $"{warning} {exception.Message}");
        }
    }

    private void Warn(BackupRun run, string warning)
    {
        run.Warnings.Add(warning);
        logger.LogWarning("{Warning}", warning);
    }

    private void WarnOfLessMemory(BackupMemory memory, BackupRun run)
    {
        if (memory.Warning is { } warning)
        {
            Warn(run, warning);
        }
    }

    private void WarnOfCachedReads(BackupRequest request, BackupRun run)
    {
        if (request.Source.DirectIoRefused is { } reason)
        {
            Warn(run, $"Read through the page cache: {reason}.");
        }
    }

    private static BackupResult Result(
        BackupRequest request,
        Manifest manifest,
        BackupRun run,
        StageTimes stages,
        TimeSpan elapsed,
        double cpuSeconds) => new()
        {
            BackupId = manifest.BackupId.Value,
            VolumeBytes = manifest.Root.Shape.VolumeBytes,
            BytesRead = manifest.Statistics.BytesRead,
            ZeroBytes = manifest.Statistics.ZeroBytes,
            ResumedBytes = run.ResumedBytes,
            ResumeCheckBytes = run.Planning.ResumeCheck.BytesRead,
            ResumeCheckSeconds = Math.Round(run.Planning.ResumeCheck.Seconds, 3),
            BytesUnchanged = manifest.Statistics.BytesUnchanged,
            ChunksNew = manifest.Statistics.ChunksNew,
            BytesNew = manifest.Statistics.BytesNew,
            BytesStored = manifest.Statistics.BytesStored,
            MetadataBytes = manifest.Statistics.MetadataBytes,
            Seconds = Math.Round(elapsed.TotalSeconds, 3),
            CpuSeconds = Math.Round(cpuSeconds, 3),
            KnownZeroBytes = request.Source.KnownZeroBytes,
            DirectIo = request.Source.DirectIo,
            IoEngine = run.IoEngine,
            QueueDepth = run.QueueDepth,
            VolumeId = manifest.VolumeId,
            ParentId = manifest.ParentId?.Value,
            ChangedBlocks = run.Planning.ChangedBlocks,
            SpotCheckedChunks = run.Planning.SpotCheck.Chunks,
            SpotCheckBytes = run.Planning.SpotCheck.BytesRead,
            SpotCheckSeconds = Math.Round(run.Planning.SpotCheck.Seconds, 3),
            RereadBytes = run.Planning.Reread.BytesRead,
            RereadSeconds = Math.Round(run.Planning.Reread.Seconds, 3),
            RereadPositionBytes = manifest.RereadPositionBytes,
            FullRead = run.Planning.FullRead,
            BufferBytes = run.BufferBytes,
            Stages = stages,
            Warnings = run.Warnings,
        };
}
