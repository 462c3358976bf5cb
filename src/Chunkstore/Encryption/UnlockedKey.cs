namespace BackupEngine.Chunkstore.Encryption;

/// <summary>A master key that was taken out of a slot.</summary>
/// <param name="Master">The key.</param>
/// <param name="SlotId">The slot.</param>
internal sealed record UnlockedKey(MasterKey Master, string SlotId);
