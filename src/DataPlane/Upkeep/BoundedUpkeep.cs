using BackupEngine.Chunkstore.Collection;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Sizing;
using BackupEngine.Chunkstore.Verification;
using BackupEngine.DataPlane.Memory;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Upkeep;

/// <summary>
/// Work on a repository as a whole within the memory budget: asks for what it takes, which grows with the repository,
/// before it registers a session, and works with less at once where it is granted less.
/// </summary>
internal static class BoundedUpkeep
{
    /// <summary>Verifies.</summary>
    /// <exception cref="Errors.UsageException">The whole budget is too small. Nothing was verified.</exception>
    public static async Task<VerifyReport> VerifyAsync(
        Repository repository,
        VerifyOptions options,
        SharedResources shared,
        UpkeepWait wait,
        IProgress<VerifyProgress>? progress,
        CancellationToken cancellationToken)
    {
        var wanted = new VerificationMemory(repository.MeasureScale(), options.Level, options.Lanes);
        using var grant = await AcquireAsync(shared, wanted.Least.Bytes, wanted.Bytes, wait, cancellationToken);
        var lanes = wanted.Within(grant.Bytes).Lanes;
        var report = await repository.VerifyAsync(options with { Lanes = lanes }, progress, cancellationToken);
        return lanes == options.Lanes ? report : report with
        {
            Warnings =
            [
                .. report.Warnings,
                $"Within the memory budget there was room for {lanes} packs at the same time, not for {options.Lanes}.",
            ],
        };
    }

    /// <summary>Collects.</summary>
    /// <exception cref="Errors.UsageException">The whole budget is too small. Nothing was deleted.</exception>
    public static async Task<CollectReport> CollectAsync(
        Repository repository,
        CollectOptions options,
        SharedResources shared,
        UpkeepWait wait,
        IProgress<CollectProgress>? progress,
        CancellationToken cancellationToken)
    {
        var wanted = new CollectionMemory(repository.MeasureScale(), options.CopyRecords);
        using var grant = await AcquireAsync(shared, wanted.Least.Bytes, wanted.Bytes, wait, cancellationToken);
        var records = wanted.Within(grant.Bytes).CopyRecords;
        var report = await repository.CollectAsync(
            options with { CopyRecords = records }, progress, cancellationToken);
        return records == options.CopyRecords ? report : report with
        {
            Warnings =
            [
                .. report.Warnings,
                $"Within the memory budget there was room to put {records} records in order at once, not "
                + $"{options.CopyRecords}.",
            ],
        };
    }

    private static async Task<MemoryGrant> AcquireAsync(
        SharedResources shared, long leastBytes, long bytes, UpkeepWait wait, CancellationToken cancellationToken)
    {
        var waits = false;
        var grant = await shared.AcquireMemoryAsync(leastBytes, bytes, Begins, cancellationToken);
        if (waits)
        {
            wait.Ends();
        }

        return grant;

        void Begins()
        {
            waits = true;
            wait.Begins();
        }
    }
}
