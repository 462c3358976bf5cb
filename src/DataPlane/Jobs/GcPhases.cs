using BackupEngine.Chunkstore.Collection;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>The progress of a collection as the protocol shows it.</summary>
internal sealed class GcPhases(IProgress<JobPhase> job) : IProgress<CollectProgress>
{
    /// <inheritdoc/>
    public void Report(CollectProgress value) => job.Report(new JobPhase(Name(value.Phase), value.Done, value.Total));

    private static string Name(CollectPhase phase) => phase switch
    {
        CollectPhase.Marking => "marking",
        CollectPhase.Copying => "copying",
        CollectPhase.Waiting => "waiting",
        CollectPhase.MarkingAgain => "marking_again",
        CollectPhase.Deleting => "deleting",
        CollectPhase.MergingIndex => "merging_index",
        _ => "",
    };
}
