using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Repositories;

namespace BackupEngine.Chunkstore.Tests.Encryption;

/// <summary>Keys for tests; a passphrase of theirs costs next to nothing.</summary>
internal static class TestKeys
{
    public static Argon2Cost Cheap { get; } = new(Argon2Cost.MinimumMemoryKiB, 1);

    /// <summary>The key file of number <paramref name="number"/>.</summary>
    public static RepositorySecret File(byte number = 1) =>
        RepositorySecret.FromKeyFile([.. Enumerable.Range(0, 32).Select(i => (byte)(number + (i * 7)))]);

    public static RepositorySecret Passphrase(string text = "correct horse") => RepositorySecret.FromPassphrase(text);

    /// <summary>Options of a new repository, encrypted or not.</summary>
    public static RepositoryOptions Options(int chunkSizeBytes, RepositorySecret? secret) => new()
    {
        ChunkSizeBytes = chunkSizeBytes,
        Secret = secret,
        KeySlot = new KeySlotOptions { Cost = Cheap },
    };
}
