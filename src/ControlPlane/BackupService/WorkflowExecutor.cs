using System.Diagnostics;
using BackupEngine.ControlPlane.DataPlane;
using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.BackupService;

/// <summary>
/// Runs one workflow for one claim: keeps its lease, and decides what becomes of it when it does not end well.
/// </summary>
internal sealed class WorkflowExecutor(
    WorkflowServices services, DataPlaneLeftovers leftovers, ILogger<WorkflowExecutor> log)
{
    /// <summary>
    /// Claims on one action before it is given up: whatever kills its service each time will not end by itself.
    /// </summary>
    private const int MostClaims = 5;

    /// <summary>How often a run looks whether it was cancelled: its end begins no later than this after that.</summary>
    internal TimeSpan Look { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Waits for its turn and runs; returns when the record is as it is to be, or is left for a take-over.
    /// </summary>
    /// <param name="claim">The claim.</param>
    /// <param name="lane">Bounds how many run at once.</param>
    /// <param name="parent">The span of the command's message.</param>
    /// <param name="stopping">Cancelled at shutdown, when the work is to be suspended.</param>
    public async Task ExecuteAsync(
        BackupClaim claim, SemaphoreSlim lane, ActivityContext parent, CancellationToken stopping)
    {
        try
        {
            await RunAsync(claim, lane, parent, stopping);
        }
        catch (ClaimLostException e)
        {
            log.LogError("Backup {BackupId}: {Workflow} stopped: {Reason}", claim.BackupId, claim.Kind, e.Message);
            await EndLeftoversAsync(claim);
        }
    }

    private async Task RunAsync(
        BackupClaim claim, SemaphoreSlim lane, ActivityContext parent, CancellationToken stopping)
    {
        var run = await WorkflowRun.OpenAsync(claim, services, CancellationToken.None);
        var origin = run.Log.Origin;
        using var span = WorkflowTelemetry.StartRun(claim, origin.Context ?? parent);
        using var scope = log.BeginScope("request {RequestId} backup {BackupId}", origin.RequestId, claim.BackupId);
        log.LogInformation(
            "Backup {BackupId}: {Workflow} begins, claim {Claim} (request {RequestId}, trace {TraceId})",
            claim.BackupId, claim.Kind, claim.Number, origin.RequestId, span?.TraceId.ToHexString() ?? origin.TraceId);
        await using var lease = new LeaseKeeper(
            run.Claimed, TimeSpan.FromSeconds(services.Options.LeaseSeconds), Look, services.Time, log);
        await using var dataPlaneLease = new DataPlaneLeaseKeeper(
            run.Claimed.Lease, services.DataPlane, Look, services.Time, log);
        try
        {
            await RunOrRecordAsync(run, lane, lease, stopping);
        }
        catch (OperationCanceledException e) when (lease.Lost.IsCancellationRequested)
        {
            throw new ClaimLostException("its lease could not be kept", e);
        }
    }

    /// <summary>
    /// The data plane goes on with what it was told until it is told otherwise. Nothing of this host begins with the
    /// backup before this has ended; where it fails, the sweep ends what is left.
    /// </summary>
    private async Task EndLeftoversAsync(BackupClaim claim)
    {
        try
        {
            await leftovers.EndAsync(claim, CancellationToken.None);
        }
        catch (Exception e) when (e is DataPlaneException or DataPlaneLostException)
        {
            log.LogWarning(
                "Backup {BackupId}: what the data plane does for the lost claim could not be ended now: {Cause}",
                claim.BackupId, e.Message);
        }
    }

    private async Task RunOrRecordAsync(
        WorkflowRun run, SemaphoreSlim lane, LeaseKeeper lease, CancellationToken stopping)
    {
        var workflow = WorkflowOf(run);
        if (run.CancelRequested)
        {
            await NoteClaimAsync(run, waits: false, lease.Lost);
            await FailAsync(run, workflow, $"{run.Claim.Kind} was cancelled on request", lease.Lost);
            return;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(lease.Lost, lease.Overruled, stopping);
        try
        {
            await RunInTurnAsync(run, workflow, lane, end.Token);
        }
        catch (Exception e) when (e is not ClaimLostException && IsEnded(run))
        {
            // The end is committed, so its status is no longer that of the work: nothing may be undone from here on, or
            // an undo would remove the data of a backup that is available.
            log.LogWarning(
                e, "Backup {BackupId}: {Workflow} was stopped after its end", run.Claim.BackupId, run.Claim.Kind);
        }
        catch (OperationCanceledException) when (
            stopping.IsCancellationRequested && !lease.Overruled.IsCancellationRequested)
        {
            await SuspendAsync(run, lease.Lost);
        }
        catch (OperationCanceledException) when (lease.Overruled.IsCancellationRequested)
        {
            await FailAsync(run, workflow, lease.Reason, lease.Lost);
        }
        catch (Exception e) when (e is not (ClaimLostException or OperationCanceledException))
        {
            await FailAsync(run, workflow, e.Message, lease.Lost);
        }
    }

    private async Task RunInTurnAsync(
        WorkflowRun run, IBackupWorkflow workflow, SemaphoreSlim lane, CancellationToken cancellationToken)
    {
        var free = await lane.WaitAsync(TimeSpan.Zero, cancellationToken);
        if (!free)
        {
            await NoteClaimAsync(run, waits: true, cancellationToken);
            await lane.WaitAsync(cancellationToken);
        }

        try
        {
            if (free)
                await NoteClaimAsync(run, waits: false, cancellationToken);
            await PrepareTakeOverAsync(run, cancellationToken);
            await workflow.RunAsync(cancellationToken);
            log.LogInformation("Backup {BackupId}: {Workflow} has ended well", run.Claim.BackupId, run.Claim.Kind);
        }
        finally
        {
            lane.Release();
        }
    }

    /// <summary>Step 6.</summary>
    private static Task NoteClaimAsync(WorkflowRun run, bool waits, CancellationToken cancellationToken)
    {
        var facts = new StepFacts().With("claim", $"{run.Claim.Number}");
        if (Activity.Current is { } span)
            facts.With("trace_id", span.TraceId.ToHexString());
        if (waits)
            facts.With("queued", "this host runs as many as it may; it waits for its turn");
        if (run.Claim.TakesOver)
            facts.With(StepLog.TakesOverFact, $"{run.Claim.Number - 1}");
        return run.Log.WriteAsync(
            run.Log.Line(WorkflowStep.RecordClaimed, StepOutcome.Done, facts), run.NotifyStartAsync, cancellationToken);
    }

    /// <summary>
    /// What the owner before has left: a failure that was not recorded to its end, or devices that only it could reach.
    /// </summary>
    private async Task PrepareTakeOverAsync(WorkflowRun run, CancellationToken cancellationToken)
    {
        if (!run.Claim.TakesOver)
            return;
        log.LogWarning(
            "Backup {BackupId}: {Workflow} is taken over from {Host}", run.Claim.BackupId, run.Claim.Kind, run.Log
                .HostBefore());
        if (run.Log.Failure() is { } failure)
            throw new StepFailedException(failure);
        if (run.Log.ClaimsBefore() >= MostClaims)
            throw new StepFailedException(WorkflowStep.RecordClaimed, new InvalidOperationException(
                $"given up: {MostClaims} services have taken it, and none has ended it"));
        if (run.Log.HostBefore() != services.Options.Host)
            await UndoAttachmentAsync(run, cancellationToken);
    }

    private async Task FailAsync(
        WorkflowRun run, IBackupWorkflow workflow, string reason, CancellationToken lost)
    {
        Activity.Current?.SetStatus(ActivityStatusCode.Error, reason);
        await run.Undo.RunAsync(lost);
        await workflow.FailAsync(reason, lost);
        log.LogError("Backup {BackupId}: {Workflow} failed: {Reason}", run.Claim.BackupId, run.Claim.Kind, reason);
    }

    /// <summary>
    /// Leaves no device behind, keeps the temporary object and the record, and lets the next service go on at once.
    /// </summary>
    private async Task SuspendAsync(WorkflowRun run, CancellationToken lost)
    {
        log.LogWarning(
            "Backup {BackupId}: {Workflow} is suspended; it goes on when a backup service is started",
            run.Claim.BackupId, run.Claim.Kind);
        await UndoAttachmentAsync(run, lost);
        await run.Claimed.ExpireLeaseAsync(lost);
    }

    /// <summary>
    /// Removes export, attachment and a transfer that has not ended; what was transferred whole is kept.
    /// </summary>
    private static Task UndoAttachmentAsync(WorkflowRun run, CancellationToken cancellationToken) => run.Undo.RunAsync(
        step => step == WorkflowStep.ExposeDevice || step == WorkflowStep.AttachDevice
            || ((step == WorkflowStep.TransferData || step == WorkflowStep.VerifyData) && run.Log.Done(step) is null),
        cancellationToken);

    private static bool IsEnded(WorkflowRun run) =>
        run.Log.Done(WorkflowStep.RecordUpdated) is not null || run.Log.Done(WorkflowStep.ResultRecorded) is not null;

    private static IBackupWorkflow WorkflowOf(WorkflowRun run) => run.Claim.Kind.Name switch
    {
        "create" => new CreateBackupWorkflow(run),
        "restore" => new RestoreBackupWorkflow(run),
        "delete" => new DeleteBackupWorkflow(run),
        "verify" => new VerifyBackupWorkflow(run),
        var unknown => throw new InvalidOperationException($"There is no workflow {unknown}."),
    };
}
