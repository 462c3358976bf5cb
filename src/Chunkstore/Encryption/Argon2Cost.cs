namespace BackupEngine.Chunkstore.Encryption;

/// <summary>What one try of a passphrase costs, whoever tries it. Stored in each slot.</summary>
/// <param name="MemoryKiB">Memory in KiB.</param>
/// <param name="Passes">Passes over it.</param>
public sealed record Argon2Cost(int MemoryKiB, int Passes)
{
    /// <summary>The least memory that is accepted, in KiB.</summary>
    public const int MinimumMemoryKiB = 8;

    /// <summary>The most memory that is accepted, in KiB: opening a repository must not take a host down.</summary>
    public const int MaximumMemoryKiB = 2 * 1024 * 1024;

    /// <summary>The most passes that are accepted.</summary>
    public const int MaximumPasses = 64;

    /// <summary>256 MiB and 3 passes: what libsodium calls moderate; about half a second of one core.</summary>
    public static Argon2Cost Default { get; } = new(256 * 1024, 3);

    /// <summary>Whether a slot may have it.</summary>
    public bool IsAllowed =>
        MemoryKiB is >= MinimumMemoryKiB and <= MaximumMemoryKiB && Passes is >= 1 and <= MaximumPasses;
}
