using BackupEngine.Chunkstore.Encryption;

namespace BackupEngine.DataPlane.CommandLine.Keys;

/// <summary>JSON of a key slot.</summary>
/// <param name="SlotId">Its name.</param>
/// <param name="Kind"><c>passphrase</c> or <c>key-file</c>.</param>
/// <param name="Label">What the operator calls it.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="MemoryBytes">Memory that one try of the passphrase takes; null for a key file.</param>
/// <param name="Passes">Passes over it; null for a key file.</param>
/// <param name="IsInUse">Whether the key that was given opens it.</param>
internal sealed record KeySlotView(
    string SlotId,
    string Kind,
    string Label,
    DateTimeOffset CreatedAt,
    long? MemoryBytes,
    int? Passes,
    bool IsInUse)
{
    /// <summary>Describes a slot.</summary>
    public KeySlotView(KeySlotInfo slot)
        : this(
            slot.Id,
            slot.Kind == KeySlotKind.Passphrase ? "passphrase" : "key-file",
            slot.Label,
            slot.CreatedAt,
            slot.Cost?.MemoryKiB * 1024L,
            slot.Cost?.Passes,
            slot.IsInUse)
    {
    }
}
