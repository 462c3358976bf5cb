namespace BackupEngine.DataPlane.CommandLine.Keys;

/// <summary>JSON of a key slot that was added or removed.</summary>
/// <param name="SlotId">Its name.</param>
internal sealed record KeySlotChangeView(string SlotId);
