namespace BackupEngine.Chunkstore.Encryption;

/// <summary>How a key slot is made.</summary>
public sealed record KeySlotOptions
{
    /// <summary>A label has at most as many characters.</summary>
    public const int MaximumLabelLength = 100;

    /// <summary>What the operator calls it.</summary>
    public string Label { get; init; } = "";

    /// <summary>What a try costs, where it is opened by a passphrase.</summary>
    public Argon2Cost Cost { get; init; } = Argon2Cost.Default;
}
