using System.Globalization;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.DataPlane;
using BackupEngine.DataPlane.Protocol;
using Microsoft.EntityFrameworkCore;
using ChangedBlocks = BackupEngine.DataPlane.Protocol.ChangedBlocks;
using DeviceAccess = BackupEngine.ControlPlane.Contracts.DeviceAccess;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>Makes a backup: steps 7 to 18 of docs/workflow.md.</summary>
internal sealed class CreateBackupWorkflow : IBackupWorkflow
{
    private readonly WorkflowRun _run;
    private readonly DeviceSteps _device;

    /// <summary>The workflow of a run; pushes the undo of its steps.</summary>
    public CreateBackupWorkflow(WorkflowRun run)
    {
        _run = run;
        _device = new DeviceSteps(run);
        run.Undo.Push(WorkflowStep.GetBackupDevice, endedBy: null, (_, token) => GiveBackDeviceAsync(token));
        _device.PushDisconnect();
        _device.PushDetach();
        run.Undo.Push(WorkflowStep.TransferData, endedBy: null, RemoveWhatWasStoredAsync);
    }

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var source = await AskForDeviceToReadAsync(cancellationToken);          // 7, 8
        var statistics = await ReadDeviceAsync(source, cancellationToken);      // 9 to 12
        await _device.DetachAsync(cancellationToken);                           // 13
        await _device.DisconnectAsync(cancellationToken);                       // 14, 15
        await RemoveTemporaryObjectAsync(source, cancellationToken);            // 16, 17
        await MakeAvailableAsync(source, statistics, cancellationToken);        // 18
        await KeepBasePointAsync(source, cancellationToken);
    }

    /// <inheritdoc/>
    public Task FailAsync(string reason, CancellationToken cancellationToken) => _run.Record.InTransactionAsync(
        async (database, token) =>
        {
            await _run.Record.MineUnderWay(database).ExecuteUpdateAsync(
                set => set.SetProperty(b => b.Status, BackupStatus.Error)
                    .SetProperty(b => b.FailReason, reason)
                    .SetProperty(b => b.UpdatedAt, _run.Record.UtcNow),
                token);
            await GiveBackSourceStatusAsync(database, token);
            await UserMessage.AddAsync(
                database, _run.Backup, _run.Claim.Kind, reason, _run.Record.UtcNow, token);
            await _run.NotifyFailureAsync(database, token);
            await _run.Record.EndClaimAsync(database, token);
        },
        cancellationToken);

    // ---- 7, 8 -------------------------------------------------------------------------------------------------------

    private async Task<BackupSource> AskForDeviceToReadAsync(CancellationToken cancellationToken)
    {
        if (_run.Log.Done(WorkflowStep.BackupDeviceReady) is { } known)
            return BackupSource.Of(known);
        var timestamp = await DataTimestampAsync(cancellationToken);
        var host = _run.RequireVolume().Host;
        var answer = await _run.Steps.RunAsync(
            WorkflowStep.GetBackupDevice,
            new StepFacts().With("volume_host", host),
            token => _run.Volumes.GetBackupDeviceAsync(host, new GetBackupDevice { BackupId = _run.Backup.Id }, token),
            static _ => [],
            cancellationToken);
        var source = new BackupSource(answer.Device, answer.BaseToken, timestamp);
        await _run.Steps.RunAsync(
            WorkflowStep.BackupDeviceReady, source.Facts(), token =>
                NoteTemporaryAsync(source, token), cancellationToken);
        return source;
    }

    /// <summary>When the snapshot was taken; of a volume: now, before its device is asked for.</summary>
    private async Task<DateTime> DataTimestampAsync(CancellationToken cancellationToken) =>
        await _run.Record.QueryAsync(
            (database, token) => _run.Backup.SnapshotId is { } snapshotId
                ? database.Snapshots.Where(s => s.Id == snapshotId).Select(s => s.CreatedAt).SingleAsync(token)
                : database.UtcNowAsync(token),
            cancellationToken);

    private async Task NoteTemporaryAsync(BackupSource source, CancellationToken cancellationToken)
    {
        if (source.IsTemporary)
            await _run.Record.InTransactionAsync(
                (database, token) => _run.Record.Mine(database).ExecuteUpdateAsync(
                    set => set.SetProperty(b => b.TemporaryDevice, $"{source.Device.Kind}:{source.Device.Id}"), token),
                cancellationToken);
    }

    // ---- 9 to 12 ----------------------------------------------------------------------------------------------------

    private async Task<StepFacts> ReadDeviceAsync(BackupSource source, CancellationToken cancellationToken)
    {
        if (_run.Log.Done(WorkflowStep.TransferData) is { } counted)
            return counted;
        var exposed = await _device.ExposeAsync(source.Device, DeviceAccess.Read, cancellationToken);
        return await _run.RunOverAsync(
            WorkflowStep.AttachDevice, token => AttachAndReadAsync(exposed, source, token), cancellationToken);
    }

    private async Task<StepFacts> AttachAndReadAsync(
        DeviceExposed exposed, BackupSource source, CancellationToken cancellationToken)
    {
        var attachment = await _device.AttachAsync(exposed, DeviceAccess.Read, cancellationToken);
        var jobId =
            _run.Log.Started(WorkflowStep.TransferData)?["job_id"] ?? _run.Claim.NameOf(ClaimedName.Backup);
        return await _run.Steps.RunAsync(
            WorkflowStep.TransferData,
            new StepFacts().With("job_id", jobId),
            token => ReadAsync(jobId, attachment, source, token),
            static facts => facts,
            cancellationToken);
    }

    private async Task<StepFacts> ReadAsync(
        string jobId, Attachment attachment, BackupSource source, CancellationToken cancellationToken)
    {
        var parent = await FindParentAsync(cancellationToken);
        var plan = await PlanAsync(parent, source, cancellationToken);
        _run.Logger.LogInformation(
            "Backup {BackupId}: {ChangedBlocks}", _run.Backup.Id, plan?.Outcome ?? "full backup");
        var work = new BackupJob
        {
            Repository = _run.Options.Repository,
            InitializeRepository = true,
            BackupId = _run.Backup.Id.ToString(),
            VolumeId = _run.Backup.VolumeId.ToString(),
            ParentBackupId = parent?.StoredId().ToString() ?? "",
            AttachmentId = attachment.AttachmentId,
            ChangedBlocks = WireExtents(plan),
            ChangedBlocksBase = plan?.Base ?? "",
            ChangedBlocksUnknown = plan?.Unknown ?? "",
            BaseToken = source.BaseToken,
            SourceIdentity = source.Identity,
            Tuning = new Tuning
            {
                CheckpointIntervalBytes = (long)_run.Options.CheckpointIntervalMiB << 20,
                CheckpointSeconds = _run.Options.CheckpointSeconds,
                RateLimitBytesPerSecond = _run.RateLimit(_run.Options.BackupRateLimitMiB),
            },
        };
        await using var progress = _run.WriteProgress();
        var job = await _run.DataPlane.RunJobAsync(
            new StartJobRequest { JobId = jobId, Lease = _run.Claimed.Lease.ToWire(), Backup = work },
            _run.Logger,
            _run.Time,
            cancellationToken,
            progress.Report);
        return Counted(job.Backup, jobId, plan);
    }

    private async Task<BackupEntity?> FindParentAsync(CancellationToken cancellationToken) =>
        _run.Backup.ParentId is not { } parentId ? null : await _run.Record.QueryAsync(
            (database, token) => database.Backups.AsNoTracking().SingleOrDefaultAsync(
                b => b.Id == parentId && b.DeletedAt == null
                    && (b.Status == BackupStatus.Available || b.Status == BackupStatus.Restoring),
                token),
            cancellationToken);

    /// <summary>What is to be read; null for a full backup.</summary>
    private async Task<ChangedBlocksPlan?> PlanAsync(
        BackupEntity? parent, BackupSource source, CancellationToken cancellationToken)
    {
        if (_run.Backup.ParentId is null)
            return null;
        if (parent is null)
            return ChangedBlocksPlan.ReadEverything("the parent does not exist any more; this is a full backup");
        if (parent.BaseToken.Length == 0 && source.BaseToken.Length == 0)
            return ChangedBlocksPlan.WithoutBasePoints();
        if (parent.BaseToken.Length == 0)
            return ChangedBlocksPlan.ReadEverything("the volume driver kept no base point of the parent");
        if (source.BaseToken.Length == 0)
            return ChangedBlocksPlan.ReadEverything("the volume driver made no base point of this backup");
        return await AskForChangedBlocksAsync(parent, cancellationToken);
    }

    private async Task<ChangedBlocksPlan> AskForChangedBlocksAsync(
        BackupEntity parent, CancellationToken cancellationToken)
    {
        var request = new GetChangedBlocks
        {
            BackupId = _run.Backup.Id,
            VolumeId = _run.Backup.VolumeId,
            ParentBaseToken = parent.BaseToken,
        };
        try
        {
            return ChangedBlocksPlan.From(
                await _run.Volumes.GetChangedBlocksAsync(_run.RequireVolume().Host, request, cancellationToken),
                parent.BaseToken);
        }
        catch (VolumeServiceException e)
        {
            _run.Logger.LogError("Backup {BackupId}: no changed blocks: {Cause}", _run.Backup.Id, e.Message);
            return ChangedBlocksPlan.ReadEverything(e.Message);
        }
    }

    private static ChangedBlocks? WireExtents(ChangedBlocksPlan? plan)
    {
        if (plan?.Extents is not { } extents)
            return null;
        var wire = new ChangedBlocks();
        wire.Extents.AddRange(
            extents.Select(e => new Extent { OffsetBytes = e.OffsetBytes, LengthBytes = e.LengthBytes }));
        return wire;
    }

    private StepFacts Counted(BackupResult result, string jobId, ChangedBlocksPlan? plan)
    {
        foreach (var warning in result.Warnings)
            _run.Logger.LogWarning("Backup {BackupId}: {Warning}", _run.Backup.Id, warning);
        if (result.FullRead.Length > 0)
        {
            WorkflowTelemetry.CountFullRead(result.FullRead);
            _run.Logger.LogError(
                "Backup {BackupId} of volume {VolumeId} read everything ({Reason})",
                _run.Backup.Id, _run.Backup.VolumeId, result.FullRead);
        }

        TransferTelemetry.Count(result);
        _run.Logger.LogInformation(
            "Backup {BackupId}: {Read} bytes read ({Reread} of them to prove what is unchanged), {Stored} stored, in "
            + "{Seconds} s by {IoEngine}; bound by {Bottleneck}",
            _run.Backup.Id, result.BytesRead, result.SpotCheckBytes + result.RereadBytes, result.BytesStored,
            result.Seconds, result.IoEngine, result.Stages?.Bottleneck);
        var facts = TransferStatistics.FactsOf(result).With("job_id", jobId);
        return plan is null ? facts : facts.With("changed_blocks", plan.Outcome);
    }

    // ---- 16, 17 -----------------------------------------------------------------------------------------------------

    private async Task RemoveTemporaryObjectAsync(BackupSource source, CancellationToken cancellationToken)
    {
        if (!source.IsTemporary)
        {
            await _run.Steps.SkipAsync(
                WorkflowStep.RemoveTemporaryObject, "no temporary object was made", cancellationToken);
            return;
        }

        var facts = new StepFacts().With(source.Device);
        await _run.Steps.RunAsync(
            WorkflowStep.RemoveTemporaryObject, facts, token => RemoveAsync(source.Device, token), cancellationToken);
        await _run.Steps.NoteAsync(WorkflowStep.TemporaryObjectRemoved, facts, cancellationToken);
    }

    private Task RemoveAsync(DeviceReference device, CancellationToken cancellationToken) =>
        _run.Volumes.RemoveTemporaryObjectAsync(
            _run.RequireVolume().Host,
            new RemoveTemporaryObject { BackupId = _run.Backup.Id, Device = device },
            cancellationToken);

    // ---- 18 ---------------------------------------------------------------------------------------------------------

    private Task MakeAvailableAsync(BackupSource source, StepFacts statistics, CancellationToken cancellationToken) =>
        _run.Steps.CommitAsync(
            WorkflowStep.RecordUpdated,
            async (database, token) =>
            {
                var notCancelled = _run.Record.MineUnderWay(database).Where(b => b.CancelRequestedAt == null);
                var updated = await notCancelled.ExecuteUpdateAsync(
                    set => set.SetProperty(b => b.Status, BackupStatus.Available)
                        .SetProperty(b => b.FailReason, (string?)null)
                        .SetProperty(
                            b => b.ObjectCount, long.Parse(statistics["chunks_new"], CultureInfo.InvariantCulture))
                        .SetProperty(b => b.StatisticsJson, TransferStatistics.JsonOf(statistics))
                        .SetProperty(b => b.ChangedBlocksOutcome, OutcomeOf(statistics))
                        .SetProperty(b => b.DataTimestamp, source.DataTimestamp)
                        .SetProperty(b => b.BaseToken, source.BaseToken)
                        .SetProperty(b => b.TemporaryDevice, (string?)null)
                        .SetProperty(b => b.UpdatedAt, _run.Record.UtcNow),
                    token);
                if (updated == 0)
                    throw new InvalidOperationException(
                        "the record is not in status creating any more, or it was cancelled");
                await GiveBackSourceStatusAsync(database, token);
                await _run.NotifyEndAsync(database, token);
                await _run.Record.EndClaimAsync(database, token);
            },
            cancellationToken);

    /// <summary>
    /// A base point that is not kept costs the next incremental its changed blocks, and this backup nothing.
    /// </summary>
    private async Task KeepBasePointAsync(BackupSource source, CancellationToken cancellationToken)
    {
        if (source.BaseToken.Length > 0)
            await _run.Steps.RunAfterTheEndAsync(
                WorkflowStep.BasePointKept, token => SettleBasePointAsync(keep: true, token), cancellationToken);
    }

    private Task SettleBasePointAsync(bool keep, CancellationToken cancellationToken) =>
        _run.Volumes.SettleBasePointAsync(
        _run.RequireVolume().Host,
        new SettleBasePoint { BackupId = _run.Backup.Id, VolumeId = _run.Backup.VolumeId, Keep = keep },
        cancellationToken);

    private static string? OutcomeOf(StepFacts statistics) =>
        statistics.GetValueOrDefault("changed_blocks") is { } outcome
        ? string.Join("; ", [outcome, .. TransferStatistics.WarningsOf(statistics)])
        : null;

    /// <summary>The volume, or the snapshot that was backed up, goes back to its former status.</summary>
    private async Task GiveBackSourceStatusAsync(EngineDatabase database, CancellationToken cancellationToken)
    {
        if (_run.Backup.SnapshotId is { } snapshotId)
            await database.Snapshots
                .Where(s => s.Id == snapshotId && s.Status == SnapshotStatus.BackingUp)
                .ExecuteUpdateAsync(set => set.SetProperty(s => s.Status, SnapshotStatus.Available), cancellationToken);
        else
            await database.Volumes
                .Where(v => v.Id == _run.Backup.VolumeId && v.Status == VolumeStatus.BackingUp)
                .ExecuteUpdateAsync(
                    set => set
                        .SetProperty(v => v.Status, v => v.PreviousStatus ?? VolumeStatus.Available)
                        .SetProperty(v => v.PreviousStatus, (string?)null),
                    cancellationToken);
    }

    // ---- undo -------------------------------------------------------------------------------------------------------

    /// <summary>Of step 7: the temporary object goes, and with it the base point.</summary>
    private async Task GiveBackDeviceAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await FindTemporaryAsync(cancellationToken) is { } device)
                await RemoveAsync(device, cancellationToken);
        }
        finally
        {
            await SettleBasePointAsync(keep: false, cancellationToken);
        }
    }

    /// <summary>
    /// From the step log; or, when the answer was lost, from the record, where the volume service notes it.
    /// </summary>
    private async Task<DeviceReference?> FindTemporaryAsync(CancellationToken cancellationToken)
    {
        if (_run.Log.Started(WorkflowStep.BackupDeviceReady) is { } facts)
            return BackupSource.Of(facts) is { IsTemporary: true } source ? source.Device : null;
        if ((await _run.Record.ReadAsync(cancellationToken)).TemporaryDevice?.Split(':') is not [var kind, var id])
            return null;
        return new DeviceReference
        {
            Kind = Enum.Parse<DeviceKind>(kind),
            Id = Guid.Parse(id, CultureInfo.InvariantCulture),
            VolumeId = _run.Backup.VolumeId,
        };
    }

    /// <summary>
    /// Of step 12: the job stops, and what it may have published is removed. Its checkpoints stay where the transfer is
    /// to be started again: it then goes on from them.
    /// </summary>
    private async Task RemoveWhatWasStoredAsync(StepFacts facts, CancellationToken cancellationToken)
    {
        await _run.DataPlane.CancelAsync(facts["job_id"], cancellationToken);
        // The very first backup makes the repository; where there is none, nothing was published.
        if (!Directory.Exists(_run.Options.Repository))
            return;
        await _run.DataPlane.DeleteBackupAsync(
            _run.Options.Repository!, _run.Backup.Id, _run.Claimed, _run.Undo.GoesOn, _run.Logger, _run.Time,
            cancellationToken);
    }
}
