using BackupEngine.Chunkstore.Collection;
using BackupEngine.Chunkstore.Index.Merging;
using BackupEngine.DataPlane.Upkeep;
using Contract = BackupEngine.DataPlane.Protocol;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>Gives back the space of what no backup needs. Other jobs may use the repository meanwhile.</summary>
internal sealed class GcWork : JobWork
{
    /// <summary>How it is collected.</summary>
    public required CollectOptions Options { get; init; }

    /// <inheritdoc/>
    public override string Verb => "collection";

    /// <inheritdoc/>
    public override string Subject => $"repository '{Repository}'";

    /// <inheritdoc/>
    public override async Task<Action<Contract.Job>> RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        using var lease = context.Services.Repositories.Lease(Repository, initialize: false);
        var report = await BoundedUpkeep.CollectAsync(
            lease.Repository, Options, context.Shared, context.Wait, new GcPhases(context.Phases), cancellationToken);
        return job => job.Gc = Describe(report);
    }

    private static Contract.GcResult Describe(CollectReport report) => new()
    {
        Backups = report.Backups,
        Packs = report.Packs,
        PackBytes = report.PackBytes,
        LiveBytes = report.LiveBytes,
        DeletedPacks = report.DeletedPacks,
        DeletedBytes = report.DeletedBytes,
        RescuedPacks = report.RescuedPacks,
        CopiedRecords = report.CopiedRecords,
        CopiedBytes = report.CopiedBytes,
        DamagedPacks = report.DamagedPacks,
        WaitedForSessions = report.WaitedForSessions,
        FencedSessions = report.FencedSessions,
        DryRun = report.DryRun,
        Warnings = { report.Warnings },
        IndexMerge = report.IndexMerge is { } merge ? Describe(merge) : null,
    };

    private static Contract.IndexMergeResult Describe(IndexMergeReport merge) => new()
    {
        SegmentsBefore = merge.SegmentsBefore,
        SegmentsAfter = merge.SegmentsAfter,
        Merges = merge.Merges,
        EntriesMerged = merge.EntriesMerged,
        Warnings = { merge.Warnings },
    };
}
