namespace BackupEngine.Chunkstore.Encryption;

/// <summary>A key slot, as it may be shown.</summary>
/// <param name="Id">Its name, 32 hexadecimal digits.</param>
/// <param name="Kind">What opens it.</param>
/// <param name="Label">What the operator calls it; may be empty.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Cost">What a try of a passphrase costs; null for a key file.</param>
/// <param name="IsInUse">Whether the repository was opened by it just now.</param>
public sealed record KeySlotInfo(
    string Id, KeySlotKind Kind, string Label, DateTimeOffset CreatedAt, Argon2Cost? Cost, bool IsInUse);
