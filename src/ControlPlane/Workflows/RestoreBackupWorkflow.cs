using BackupEngine.ControlPlane.Bus;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.DataPlane;
using BackupEngine.DataPlane.Protocol;
using Microsoft.EntityFrameworkCore;
using DeviceAccess = BackupEngine.ControlPlane.Contracts.DeviceAccess;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>Writes a backup to a volume: the steps of docs/workflow.md for restore.</summary>
internal sealed class RestoreBackupWorkflow : IBackupWorkflow
{
    private static readonly TimeSpan VolumePoll = TimeSpan.FromMilliseconds(250);

    private readonly WorkflowRun _run;
    private readonly DeviceSteps _device;

    /// <summary>The workflow of a run; pushes the undo of its steps.</summary>
    public RestoreBackupWorkflow(WorkflowRun run)
    {
        _run = run;
        _device = new DeviceSteps(run);
        _device.PushDisconnect();
        _device.PushDetach();
        run.Undo.Push(
            WorkflowStep.TransferData, endedBy: null, (facts, token) => StopAsync(facts["job_id"], token));
    }

    private Guid VolumeId => _run.Backup.RestoreVolumeId
        ?? throw new InvalidOperationException("the record names no volume to restore to");

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await ReserveTargetVolumeAsync(cancellationToken);     // 7, 8
        await WriteDeviceAsync(cancellationToken);             // 9 to 12
        await _device.DetachAsync(cancellationToken);          // 13
        await _device.DisconnectAsync(cancellationToken);      // 14, 15
        await MakeAvailableAsync(cancellationToken);           // 18
    }

    /// <inheritdoc/>
    public Task FailAsync(string reason, CancellationToken cancellationToken) => _run.Record.InTransactionAsync(
        async (database, token) =>
        {
            await GiveBackBackupAsync(database, reason, token);
            await Target(database).ExecuteUpdateAsync(
                set => set.SetProperty(v => v.Status, VolumeStatus.ErrorRestoring)
                    .SetProperty(v => v.PreviousStatus, (string?)null)
                    .SetProperty(v => v.FailReason, reason)
                    .SetProperty(v => v.UpdatedAt, _run.Record.UtcNow),
                token);
            await UserMessage.AddAsync(
                database, _run.Backup, _run.Claim.Kind, reason, _run.Record.UtcNow, token);
            await _run.NotifyFailureAsync(database, token);
            await _run.Record.EndClaimAsync(database, token);
        },
        cancellationToken);

    // ---- 7, 8 -------------------------------------------------------------------------------------------------------

    private async Task ReserveTargetVolumeAsync(CancellationToken cancellationToken)
    {
        if (_run.Log.Done(WorkflowStep.TargetVolumeReady) is not null)
            return;
        var facts = new StepFacts().With("volume_id", VolumeId.ToString());
        if (_run.RequireVolume().Status == VolumeStatus.Creating)
            await _run.Steps.RunAsync(WorkflowStep.GetTargetVolume, facts, CreateVolumeAsync, cancellationToken);
        else
            await _run.Steps.SkipAsync(WorkflowStep.GetTargetVolume, "the volume exists", cancellationToken);
        await _run.Steps.RunAsync(WorkflowStep.TargetVolumeReady, facts, RequireReservedAsync, cancellationToken);
    }

    /// <summary>Asks for the volume until its record tells that it was made, or could not be.</summary>
    private async Task CreateVolumeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _run.Volumes.CreateVolumeAsync(
                _run.RequireVolume().Host, new CreateVolume { VolumeId = VolumeId }, cancellationToken);
        }
        catch (CommandNotSentException e)
        {
            _run.Logger.LogWarning(
                "Restore of {BackupId}: {Cause} The volume service finds the volume when it looks through the records",
                _run.Backup.Id, e.Message);
        }

        while (await TargetStatusAsync(cancellationToken) == VolumeStatus.Creating)
            await Task.Delay(VolumePoll, _run.Time, cancellationToken);
    }

    /// <summary>Nobody else may use the volume while it is written.</summary>
    private async Task RequireReservedAsync(CancellationToken cancellationToken)
    {
        var status = await TargetStatusAsync(cancellationToken);
        if (status != VolumeStatus.RestoringBackup)
            throw new InvalidOperationException(
                $"volume {VolumeId} is in status {status}, not reserved for this restore");
    }

    private Task<string?> TargetStatusAsync(CancellationToken cancellationToken) => _run.Record.QueryAsync(
        (database, token) =>
            database.Volumes.Where(v => v.Id == VolumeId).Select(v => v.Status).SingleOrDefaultAsync(token),
        cancellationToken);

    // ---- 9 to 12 ----------------------------------------------------------------------------------------------------

    private async Task WriteDeviceAsync(CancellationToken cancellationToken)
    {
        if (_run.Log.Done(WorkflowStep.TransferData) is not null)
            return;
        var device = new DeviceReference { Kind = DeviceKind.Volume, Id = VolumeId, VolumeId = VolumeId };
        var exposed = await _device.ExposeAsync(device, DeviceAccess.ReadWrite, cancellationToken);
        await _run.RunOverAsync(
            WorkflowStep.AttachDevice, token => AttachAndWriteAsync(exposed, token), cancellationToken);
    }

    private async Task<RestoreResult> AttachAndWriteAsync(DeviceExposed exposed, CancellationToken cancellationToken)
    {
        var attachment = await _device.AttachAsync(exposed, DeviceAccess.ReadWrite, cancellationToken);
        var work = new RestoreTransfer(_run, VolumeId).JobFor(exposed, attachment);
        var jobId =
            _run.Log.Started(WorkflowStep.TransferData)?["job_id"] ?? _run.Claim.NameOf(ClaimedName.Restore);
        return await _run.Steps.RunAsync(
            WorkflowStep.TransferData,
            new StepFacts()
                .With("job_id", jobId)
                .With("target_is_zero", work.TargetIsZero ? "true" : "false")
                .With("only_differences", work.OnlyDifferences ? "true" : "false"),
            token => WriteAsync(jobId, work, token),
            TransferStatistics.FactsOf,
            cancellationToken);
    }

    private async Task<RestoreResult> WriteAsync(string jobId, RestoreJob work, CancellationToken cancellationToken)
    {
        await using var progress = _run.WriteProgress();
        var job = await _run.DataPlane.RunJobAsync(
            new StartJobRequest { JobId = jobId, Lease = _run.Claimed.Lease.ToWire(), Restore = work },
            _run.Logger,
            _run.Time,
            cancellationToken,
            progress.Report);
        foreach (var warning in job.Restore.Warnings)
            _run.Logger.LogWarning("Restore of {BackupId}: {Warning}", _run.Backup.Id, warning);
        TransferTelemetry.Count(job.Restore);
        _run.Logger.LogInformation(
            "Restore of {BackupId}: {Written} bytes written, {Same} bytes right already, in {Seconds} s by {IoEngine}; "
            + "bound by {Bottleneck}",
            _run.Backup.Id, job.Restore.BytesWritten, job.Restore.BytesSame, job.Restore.Seconds,
            job.Restore.IoEngine, job.Restore.Stages?.Bottleneck);
        return job.Restore;
    }

    /// <summary>Undo of step 12. What the volume holds then is noted where the restore goes on.</summary>
    private async Task StopAsync(string jobId, CancellationToken cancellationToken)
    {
        await _run.DataPlane.CancelAsync(jobId, cancellationToken);
        if (!_run.Undo.GoesOn)
            new RestoreTransfer(_run, VolumeId).Forget();
    }

    // ---- 18 ---------------------------------------------------------------------------------------------------------

    private Task MakeAvailableAsync(CancellationToken cancellationToken) => _run.Steps.CommitAsync(
        WorkflowStep.RecordUpdated,
        async (database, token) =>
        {
            await GiveBackBackupAsync(database, failReason: null, token);
            await GiveMetadataAsync(database, token);
            await Target(database).ExecuteUpdateAsync(
                set => set.SetProperty(v => v.Status, VolumeStatus.Available)
                    .SetProperty(v => v.PreviousStatus, (string?)null)
                    .SetProperty(v => v.FailReason, (string?)null)
                    .SetProperty(v => v.UpdatedAt, _run.Record.UtcNow),
                token);
            await _run.NotifyEndAsync(database, token);
            await _run.Record.EndClaimAsync(database, token);
        },
        cancellationToken);

    /// <summary>
    /// The target gets the metadata of the volume that was backed up, and its name where it has none of its own.
    /// </summary>
    private async Task GiveMetadataAsync(EngineDatabase database, CancellationToken cancellationToken)
    {
        if (SavedVolume.Of(_run.Backup) is not { } saved)
            return;
        var metadata = SavedVolume.Write(VolumeId == _run.Backup.VolumeId
            ? saved.Metadata
            : new Dictionary<string, string>(saved.Metadata) { [SavedVolume.SourceKey] = $"{_run.Backup.Id}" });
        await Target(database).ExecuteUpdateAsync(
            set => set.SetProperty(v => v.MetadataJson, metadata)
                .SetProperty(v => v.Bootable, v => v.Bootable || saved.Bootable),
            cancellationToken);
        if (!string.IsNullOrEmpty(saved.Name))
            await Target(database)
                .Where(v => v.Name == null || v.Name == "" || v.Name.StartsWith(SavedVolume.RestoredNamePrefix))
                .ExecuteUpdateAsync(
                    set => set.SetProperty(v => v.Name, saved.Name).SetProperty(v => v.Description, saved.Description),
                    cancellationToken);
    }

    /// <summary>The backup is available again, however the restore has ended: it was only read.</summary>
    private Task<int> GiveBackBackupAsync(
        EngineDatabase database, string? failReason, CancellationToken cancellationToken) =>
        _run.Record.MineUnderWay(database).ExecuteUpdateAsync(
            set => set.SetProperty(b => b.Status, BackupStatus.Available)
                .SetProperty(b => b.FailReason, failReason)
                .SetProperty(b => b.UpdatedAt, _run.Record.UtcNow),
            cancellationToken);

    /// <summary>The volume, as long as it is this restore's; a new one is so from its record on.</summary>
    private IQueryable<VolumeEntity> Target(EngineDatabase database) => database.Volumes.Where(v => v.Id == VolumeId
        && (v.Status == VolumeStatus.RestoringBackup || v.Status == VolumeStatus.Creating));
}
