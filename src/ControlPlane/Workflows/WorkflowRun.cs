using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.DataPlane;
using BackupEngine.ControlPlane.Hosting;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>One claim's work on one record: the record, its step log, its undo stack, and whom it asks.</summary>
internal sealed class WorkflowRun
{
    private WorkflowRun(
        BackupClaim claim, WorkflowServices services, BackupRecord record, StepLog log, BackupEntity backup,
        VolumeEntity? volume)
    {
        (Claim, Services, Record, Log, Backup, Volume) = (claim, services, record, log, backup, volume);
        Logger = services.Logs.CreateLogger("BackupEngine.Workflow");
        Steps = new WorkflowSteps(record, log, claim, services.Observer, Logger);
        Undo = new UndoStack(record, log, Logger);
    }

    /// <summary>The claim.</summary>
    public BackupClaim Claim { get; }

    /// <summary>The record's writes.</summary>
    public BackupRecord Record { get; }

    /// <summary>The record as it was when the claim was made.</summary>
    public BackupEntity Backup { get; }

    /// <summary>The volume that is read, or written by a restore; null when its record is gone.</summary>
    public VolumeEntity? Volume { get; }

    /// <summary>The step log of the action.</summary>
    public StepLog Log { get; }

    /// <summary>Runs steps.</summary>
    public WorkflowSteps Steps { get; }

    /// <summary>Removes the effects of steps.</summary>
    public UndoStack Undo { get; }

    /// <summary>The log.</summary>
    public ILogger Logger { get; }

    /// <summary>The volume services.</summary>
    public IVolumeService Volumes => Services.Volumes;

    /// <summary>The data plane of this host.</summary>
    public IDataPlane DataPlane => Services.DataPlane;

    /// <summary>The configuration.</summary>
    public EngineOptions Options => Services.Options;

    /// <summary>Time.</summary>
    public TimeProvider Time => Services.Time;

    private WorkflowServices Services { get; }

    /// <summary>The volume.</summary>
    /// <exception cref="InvalidOperationException">Its record is gone.</exception>
    public VolumeEntity RequireVolume() => Volume ?? throw new InvalidOperationException(
        $"volume {Backup.RestoreVolumeId ?? Backup.VolumeId} does not exist any more");

    /// <summary>Reads what the claim is about.</summary>
    public static async Task<WorkflowRun> OpenAsync(
        BackupClaim claim, WorkflowServices services, CancellationToken cancellationToken)
    {
        var record = new BackupRecord(
            services.Databases, claim, services.Options.Host, services.Options.LeaseSeconds, services.Time,
            services.Logs.CreateLogger<BackupRecord>());
        var backup = await record.ReadAsync(cancellationToken);
        var volumeId = claim.Kind == WorkflowKind.Restore ? backup.RestoreVolumeId : backup.VolumeId;
        var volume = await record.QueryAsync(
            (database, token) => database.Volumes.AsNoTracking()
                .SingleOrDefaultAsync(v => v.Id == volumeId && v.DeletedAt == null, token),
            cancellationToken);
        var log = await StepLog.OpenAsync(record, cancellationToken);
        return new WorkflowRun(claim, services, record, log, backup, volume);
    }
}
