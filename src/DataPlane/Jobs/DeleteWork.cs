using BackupEngine.Chunkstore.Errors;
using Contract = BackupEngine.DataPlane.Protocol;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>Removes a backup. One that is not there any more has been removed.</summary>
internal sealed class DeleteWork : JobWork
{
    /// <summary>Whether an interrupted run can still be gone on with afterwards.</summary>
    public required bool KeepCheckpoints { get; init; }

    /// <inheritdoc/>
    public override string Verb => "delete";

    /// <inheritdoc/>
    public override Task<Action<Contract.Job>> RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var lease = context.Services.Repositories.Lease(Repository, initialize: false);
        context.RequireLease();
        try
        {
            lease.Repository.DeleteBackup(BackupId, KeepCheckpoints);
        }
        catch (BackupNotFoundException)
        {
            // Removed before: by an earlier attempt, whose answer was lost, or by hand.
        }

        return Task.FromResult<Action<Contract.Job>>(static _ => { });
    }
}
