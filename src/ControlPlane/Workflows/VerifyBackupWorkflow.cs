using System.Globalization;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.DataPlane;
using BackupEngine.DataPlane.Protocol;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>
/// Verifies a backup: the steps of docs/workflow.md for verify. It needs no device and changes no backup; whatever it
/// finds is in the record of the verification.
/// </summary>
internal sealed class VerifyBackupWorkflow : IBackupWorkflow
{
    private const string JobFact = "job_id";
    private const string ResultFact = "result";

    private readonly WorkflowRun _run;

    /// <summary>The workflow of a run; pushes the undo of its step.</summary>
    public VerifyBackupWorkflow(WorkflowRun run)
    {
        _run = run;
        run.Undo.Push(
            WorkflowStep.VerifyData, endedBy: null, (facts, token) => run.DataPlane.CancelAsync(facts[JobFact], token));
    }

    private BackupVerificationEntity Asked => _run.Asked
        ?? throw new InvalidOperationException("the claim is not on a verification");

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var result = await VerifyDataAsync(cancellationToken);        // 12
        await RecordResultAsync(result, cancellationToken);           // 18
    }

    /// <inheritdoc/>
    public Task FailAsync(string reason, CancellationToken cancellationToken) =>
        _run.Verification.InTransactionAsync(
            async (database, token) =>
            {
                var isCancelled = await _run.Verification.Mine(database)
                    .AnyAsync(v => v.CancelRequestedAt != null, token);
                var status = isCancelled ? VerificationStatus.Cancelled : VerificationStatus.Error;
                if (await _run.Verification.EndAsync(database, status, resultJson: null, reason, token) && !isCancelled)
                    await UserMessage.AddAsync(
                        database, _run.Backup, WorkflowKind.Verify, reason, _run.Verification.UtcNow, token);
            },
            cancellationToken);

    // ---- 12 ---------------------------------------------------------------------------------------------------------

    private async Task<VerificationResult> VerifyDataAsync(CancellationToken cancellationToken)
    {
        if (_run.Log.Done(WorkflowStep.VerifyData) is { } known)
            return VerificationResult.Parse(known[ResultFact]);
        return await _run.RunOverAsync(WorkflowStep.VerifyData, RunJobAsync, cancellationToken);
    }

    private Task<VerificationResult> RunJobAsync(CancellationToken cancellationToken)
    {
        var jobId =
            _run.Log.Started(WorkflowStep.VerifyData)?[JobFact] ?? _run.Claim.NameOf(ClaimedName.Verify);
        return _run.Steps.RunAsync(
            WorkflowStep.VerifyData,
            new StepFacts()
                .With(JobFact, jobId)
                .With("level", Asked.Level)
                .With("percent", Asked.Percent.ToString(CultureInfo.InvariantCulture)),
            token => VerifyAsync(jobId, token),
            result => FactsOf(result, jobId),
            cancellationToken);
    }

    private async Task<VerificationResult> VerifyAsync(string jobId, CancellationToken cancellationToken)
    {
        var work = new VerifyJob
        {
            Repository = _run.Options.Repository,
            Level = Asked.Level == VerificationLevel.Quick ? VerifyLevel.Structure : VerifyLevel.Data,
            Percent = Asked.Percent,
            BackupIds = { _run.Backup.StoredId().ToString() },
        };
        await _run.Claimed.Lease.WaitUntilValidAsync(cancellationToken);
        await using var progress = _run.WriteProgress();
        var job = await _run.DataPlane.RunJobAsync(
            new StartJobRequest { JobId = jobId, Lease = _run.Claimed.Lease.ToWire(), Verify = work },
            _run.Logger,
            _run.Time,
            cancellationToken,
            progress.Report);
        var result = VerificationResult.Of(
            job.Verify, _run.Backup.StoredId(), (long)_run.Backup.SizeGiB << 30);
        foreach (var fault in job.Verify.Faults.Take(10))
            _run.Logger.LogError(
                "Verification of {BackupId}: {Kind} {File} {Message}",
                _run.Backup.Id, fault.Kind, fault.File, fault.Message);
        return result;
    }

    private static StepFacts FactsOf(VerificationResult result, string jobId) => new StepFacts()
        .With(JobFact, jobId)
        .With("usable", result.Usable ? "true" : "false")
        .With("chunks_checked", $"{result.ChunksChecked}")
        .With("bad_chunks", $"{result.BadChunks}")
        .With("bytes_read", $"{result.BytesRead}")
        .With("lost_bytes", $"{result.LostBytes}")
        .With(ResultFact, result.ToJson());

    // ---- 18 ---------------------------------------------------------------------------------------------------------

    private Task RecordResultAsync(VerificationResult result, CancellationToken cancellationToken) =>
        _run.Steps.CommitAsync(
            WorkflowStep.ResultRecorded,
            async (database, token) =>
            {
                if (await _run.Verification.Mine(database).AnyAsync(v => v.CancelRequestedAt != null, token)
                    || !await _run.Verification.EndAsync(
                        database,
                        result.Usable ? VerificationStatus.Good : VerificationStatus.Damaged,
                        result.ToJson(),
                        reason: null,
                        token))
                    throw new InvalidOperationException("the verification was cancelled");
                if (!result.Usable)
                    await UserMessage.AddDetailAsync(
                        database, _run.Backup, WorkflowKind.Verify, UserMessage.Damaged, _run.Verification.UtcNow,
                        token);
            },
            cancellationToken);
}
