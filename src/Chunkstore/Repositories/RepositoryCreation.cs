using System.Security.Cryptography;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Repositories;

/// <summary>
/// Makes the configuration of a new repository. Its publication is the moment at which the repository exists.
/// </summary>
internal static class RepositoryCreation
{
    public static void Publish(IRepositoryBackend backend, RepositoryOptions options, TimeProvider time)
    {
        var id = Guid.NewGuid();
        var bytes = RepositoryConfigFile.Write(new RepositoryConfig
        {
            Format = RepositoryConfig.FormatName,
            Version = FormatVersion.Current,
            MinimumReaderVersion = FormatVersion.MinimumReader,
            MinimumWriterVersion = FormatVersion.Current,
            RepositoryId = id,
            ChunkSizeBytes = options.ChunkSizeBytes,
            Chunker = "fixed",
            Hash = "blake3-keyed",
            Encryption = options.Secret is null ? RepositoryConfig.NoEncryption : RepositoryConfig.AesGcm,
            IdKey = options.Secret is null
                ? options.Like?.IdKey ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Blake3.DigestBytes))
                : "",
            CreatedAt = time.GetUtcNow(),
            Checksum = "",
        });
        var ids = new SortableId(time);
        if (options.Secret is { } secret)
        {
            // Before the configuration: a repository that exists can be opened.
            using var master = MasterKey.Create();
            new KeyStore(backend, id, ids, time).Add(master, secret, options.KeySlot);
        }

        try
        {
            backend.PublishSmall(ObjectName.Config, bytes, new SessionId(ids.Next()));
        }
        catch (ObjectExistsException exception)
        {
            throw new RepositoryException(
                $"'{backend.Location}' became a repository meanwhile; it was not touched. "
                + "Open it, or name another directory.", exception);
        }
    }
}
