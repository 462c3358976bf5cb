using BackupEngine.Chunkstore.Verification;
using BackupEngine.DataPlane.Upkeep;
using Contract = BackupEngine.DataPlane.Protocol;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>Proves that what is stored is good. Other jobs may use the repository meanwhile.</summary>
internal sealed class VerifyWork : JobWork
{
    /// <summary>What is verified.</summary>
    public required VerifyOptions Options { get; init; }

    /// <inheritdoc/>
    public override string Verb => "verification";

    /// <inheritdoc/>
    public override string Subject => $"repository '{Repository}'";

    /// <inheritdoc/>
    public override async Task<Action<Contract.Job>> RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        using var lease = context.Services.Repositories.LeaseForWhatNeedsNoKey(Repository);
        var report = await BoundedUpkeep.VerifyAsync(
            lease.Repository, Options, context.Shared, context.Wait, new VerifyPhases(context), cancellationToken);
        return job => job.Verify = VerifyResults.Describe(report, Options.Backups);
    }
}
