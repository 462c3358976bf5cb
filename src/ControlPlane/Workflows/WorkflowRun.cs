using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.DataPlane;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Notifications;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>One claim's work on one record: the record, its step log, its undo stack, and whom it asks.</summary>
internal sealed class WorkflowRun
{
    private WorkflowRun(
        WorkflowServices services, ClaimedRecord claimed, StepLog log, BackupEntity backup, VolumeEntity? volume)
    {
        (Services, Claimed, Log, Backup, Volume) = (services, claimed, log, backup, volume);
        Logger = services.Logs.CreateLogger("BackupEngine.Workflow");
        Steps = new WorkflowSteps(claimed, log, Claim, services.Observer, Logger);
        Undo = new UndoStack(claimed, log, Logger);
    }

    /// <summary>The claim.</summary>
    public BackupClaim Claim => Claimed.Claim;

    /// <summary>The record that is claimed, whichever it is.</summary>
    public ClaimedRecord Claimed { get; }

    /// <summary>The writes of the backup's record; only where that is what is claimed.</summary>
    public BackupRecord Record => (BackupRecord)Claimed;

    /// <summary>The writes of the verification's record; only where that is what is claimed.</summary>
    public VerificationRecord Verification => (VerificationRecord)Claimed;

    /// <summary>The record as it was when the claim was made.</summary>
    public BackupEntity Backup { get; }

    /// <summary>The volume that is read, or written by a restore; null when its record is gone.</summary>
    public VolumeEntity? Volume { get; }

    /// <summary>What is to be verified; null where that is not the action.</summary>
    public BackupVerificationEntity? Asked { get; private init; }

    /// <summary>Whether the action had been cancelled when the claim was made.</summary>
    public bool CancelRequested =>
        (Asked is { } asked ? asked.CancelRequestedAt : Backup.CancelRequestedAt) is not null;

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

    private NotificationOutbox Outbox => new(Options);

    /// <summary>The volume.</summary>
    /// <exception cref="InvalidOperationException">Its record is gone.</exception>
    public VolumeEntity RequireVolume() => Volume ?? throw new InvalidOperationException(
        $"volume {Backup.RestoreVolumeId ?? Backup.VolumeId} does not exist any more");

    /// <summary>Writes the progress of a job to the record until it is disposed.</summary>
    public ProgressWriter WriteProgress() =>
        new(Claimed, TimeSpan.FromSeconds(Options.ProgressSeconds), Time, Logger, Progress());

    /// <summary>Others are told, in a transaction of the claim's, that the action has begun: by its first claim.
    /// </summary>
    public Task NotifyStartAsync(EngineDatabase database, CancellationToken cancellationToken) =>
        Log.ClaimsBefore() > 0
            ? Task.CompletedTask
            : NotifyAsync(database, NotificationEvent.StartOf(Claim.Kind.Name), percent: null, cancellationToken);

    /// <summary>Others are told, in the transaction that ends the action, that it has ended well.</summary>
    public Task NotifyEndAsync(EngineDatabase database, CancellationToken cancellationToken) =>
        NotifyAsync(database, NotificationEvent.EndOf(Claim.Kind.Name), percent: null, cancellationToken);

    /// <summary>Others are told, in the transaction that ends the action, that it has failed.</summary>
    public Task NotifyFailureAsync(EngineDatabase database, CancellationToken cancellationToken) =>
        NotifyAsync(database, NotificationEvent.FailureOf(Claim.Kind.Name), percent: null, cancellationToken);

    private ProgressNotice? Progress() =>
        Outbox.IsOn && Claim.Kind == WorkflowKind.Create && Options.NotificationProgressSeconds > 0
            ? new ProgressNotice(
                TimeSpan.FromSeconds(Options.NotificationProgressSeconds),
                (database, percent, token) => NotifyAsync(database, NotificationEvent.Progress, percent, token))
            : null;

    /// <summary>Nothing about verifications: Cinder has none.</summary>
    private Task NotifyAsync(
        EngineDatabase database, NotificationEvent told, int? percent, CancellationToken cancellationToken) =>
        Claim.Kind == WorkflowKind.Verify
            ? Task.CompletedTask
            : Outbox.AddAsync(
                database, Backup.Id, told, Log.Origin.RequestId, Claimed.UtcNow, percent, cancellationToken);

    /// <summary>
    /// What a transfer may do in a second, in bytes, 0 being no limit: the lower one of the operator's limit and of
    /// what the owner asked for.
    /// </summary>
    public long RateLimit(int operatorMiB)
    {
        var (most, asked) = (operatorMiB, Backup.RateLimitMiB);
        return (long)(most > 0 && asked > 0 ? Math.Min(most, asked) : Math.Max(most, asked)) << 20;
    }

    /// <summary>
    /// Does what the data plane may lose, and does it over: once where the data plane itself was lost, and as often as
    /// it takes where its lease had run out.
    /// </summary>
    /// <param name="lowest">What was done is undone down to this step before.</param>
    /// <param name="work">What to do, by steps.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<T> RunOverAsync<T>(
        WorkflowStep lowest, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var wasLost = false;
        while (true)
        {
            try
            {
                return await work(cancellationToken);
            }
            catch (StepFailedException e) when (e.InnerException is DataPlaneLeaseEndedException
                || (e.InnerException is DataPlaneLostException && !wasLost))
            {
                wasLost |= e.InnerException is DataPlaneLostException;
                Logger.LogWarning(
                    "Backup {BackupId} {Workflow}: {Cause} It is started once more",
                    Claim.BackupId, Claim.Kind, e.Message);
                await Undo.RunDownToAsync(lowest, cancellationToken);
            }
        }
    }

    /// <summary>Reads what the claim is about.</summary>
    public static async Task<WorkflowRun> OpenAsync(
        BackupClaim claim, WorkflowServices services, CancellationToken cancellationToken)
    {
        var record = RecordOf(claim, services);
        var backup = await record.QueryAsync(
            (database, token) => database.Backups.AsNoTracking().SingleAsync(b => b.Id == claim.BackupId, token),
            cancellationToken);
        var volumeId = claim.Kind == WorkflowKind.Restore ? backup.RestoreVolumeId : backup.VolumeId;
        var volume = await record.QueryAsync(
            (database, token) => database.Volumes.AsNoTracking()
                .SingleOrDefaultAsync(v => v.Id == volumeId && v.DeletedAt == null, token),
            cancellationToken);
        var log = await StepLog.OpenAsync(record, cancellationToken);
        return new WorkflowRun(services, record, log, backup, volume)
        {
            Asked = record is VerificationRecord verification ? await verification.ReadAsync(cancellationToken) : null,
        };
    }

    private static ClaimedRecord RecordOf(BackupClaim claim, WorkflowServices services)
    {
        var (host, lease) = (services.Options.Host, services.Options.LeaseSeconds);
        var log = services.Logs.CreateLogger<ClaimedRecord>();
        return claim.Kind == WorkflowKind.Verify
            ? new VerificationRecord(services.Databases, claim, host, lease, services.Time, log)
            : new BackupRecord(services.Databases, claim, host, lease, services.Time, log);
    }
}
