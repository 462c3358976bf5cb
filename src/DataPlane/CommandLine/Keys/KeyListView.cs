namespace BackupEngine.DataPlane.CommandLine.Keys;

/// <summary>JSON of the keys of a repository.</summary>
/// <param name="CurrentEpoch">The epoch that new packs are encrypted in; null where the key was not given.</param>
/// <param name="Slots">The key slots.</param>
internal sealed record KeyListView(long? CurrentEpoch, IReadOnlyList<KeySlotView> Slots);
