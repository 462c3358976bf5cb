namespace BackupEngine.Chunkstore.Collection;

/// <summary>How far a collection has come.</summary>
/// <param name="Phase">What it is doing.</param>
/// <param name="Done">How much of that is done, in what the phase counts: backups and what sessions read, packs,
/// sessions.</param>
/// <param name="Total">How much there is; 0 where that is not known.</param>
public sealed record CollectProgress(CollectPhase Phase, long Done, long Total);
