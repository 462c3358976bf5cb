using BackupEngine.Chunkstore.Collection;

namespace BackupEngine.DataPlane.CommandLine.Collection;

/// <summary>One line on standard error for each phase of a collection.</summary>
internal sealed class GcProgress : IProgress<CollectProgress>
{
    private CollectPhase? _shown;

    /// <inheritdoc/>
    public void Report(CollectProgress value)
    {
        if (value.Phase != _shown)
        {
            _shown = value.Phase;
            Console.Error.WriteLine($"gc: {Words(value)}");
        }
    }

    private static string Words(CollectProgress value) => value.Phase switch
    {
        CollectPhase.Marking => $"finding what {value.Total} backups need",
        CollectPhase.Copying => $"rewriting {value.Total} packs that are partly in use",
        CollectPhase.Waiting => "waiting for the backups that are running",
        CollectPhase.MarkingAgain => "finding once more what the backups need",
        CollectPhase.Deleting => $"deleting {value.Total} packs",
        CollectPhase.MergingIndex => "merging the index",
        _ => value.Phase.ToString(),
    };
}
