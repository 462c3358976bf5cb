using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Hashing;

namespace BackupEngine.Chunkstore.Repositories;

/// <summary>
/// The keys of a repository, each derived for one purpose. Where the repository is encrypted and was opened without its
/// key there are none, and asking for one is the error that says so.
/// </summary>
internal sealed class RepositoryKeys : IDisposable
{
    private readonly ChunkHasher? _chunks;
    private readonly ChunkHasher? _nodes;

    private RepositoryKeys(Guid repositoryId, byte[]? idKey, UnlockedKey? unlocked)
    {
        _chunks = idKey is null ? null : new ChunkHasher(Derive(idKey, KeyContexts.Chunks));
        _nodes = idKey is null ? null : new ChunkHasher(Derive(idKey, KeyContexts.Nodes));
        Unlocked = unlocked;
        Data = unlocked is null ? null : new DataKeys(unlocked.Master, repositoryId);
        Records = Data is null ? null : new RecordOpener(Data);
        var signing = idKey is null || unlocked is not null ? null : Derive(idKey, KeyContexts.Manifests);
        Manifests = new ManifestFile(new ManifestEnvelope(repositoryId, signing, Data));
        Checkpoints = new CheckpointFile(
            new ManifestEnvelope(repositoryId, signing, Data, Magic.Checkpoint.ToArray()));
    }

    /// <summary>Names chunks of volumes.</summary>
    public ChunkHasher Chunks => _chunks ?? throw Locked();

    /// <summary>Names nodes of manifest trees.</summary>
    public ChunkHasher Nodes => _nodes ?? throw Locked();

    /// <summary>Reads and writes manifests.</summary>
    public ManifestFile Manifests { get; }

    /// <summary>Reads and writes checkpoints.</summary>
    public CheckpointFile Checkpoints { get; }

    /// <summary>What data are encrypted under; null where they are not.</summary>
    public DataKeys? Data { get; }

    /// <summary>Decrypts records; null where they are not encrypted.</summary>
    public RecordOpener? Records { get; }

    /// <summary>The master key and its slot; null where nothing is encrypted, or no key was given.</summary>
    public UnlockedKey? Unlocked { get; }

    /// <summary>Whether the key is needed and was not given.</summary>
    public bool IsLocked => _chunks is null;

    /// <summary>The keys of a repository.</summary>
    /// <param name="config">Its configuration.</param>
    /// <param name="store">Its key slots.</param>
    /// <param name="secret">The passphrase or key file that was given, or null.</param>
    /// <exception cref="RepositoryKeyException">The secret is wrong, or given where nothing is encrypted.</exception>
    public static RepositoryKeys Open(RepositoryConfig config, KeyStore store, RepositorySecret? secret)
    {
        if (!config.IsEncrypted)
        {
            return secret is null
                ? new RepositoryKeys(config.RepositoryId, Convert.FromHexString(config.IdKey), unlocked: null)
                : throw new RepositoryKeyException(
                    $"Repository {config.RepositoryId} is not encrypted, but a key was given. Nothing was changed. "
                    + "If it should be encrypted, it is not the one that you mean; else leave the key away.");
        }

        if (secret is null)
        {
            return new RepositoryKeys(config.RepositoryId, idKey: null, unlocked: null);
        }

        var unlocked = store.Unlock(secret);
        var keys = new RepositoryKeys(config.RepositoryId, unlocked.Master.IdKey(), unlocked);
        keys.Refresh(store);
        return keys;
    }

    /// <summary>Writes under the epoch that is the present one now.</summary>
    public void Refresh(KeyStore store)
    {
        if (Data is not null)
        {
            Data.CurrentEpoch = store.CurrentEpoch(Unlocked!.Master);
        }
    }

    /// <summary>Throws where the key is needed and was not given.</summary>
    /// <exception cref="RepositoryKeyException">It was not.</exception>
    public void RequireUnlocked()
    {
        if (IsLocked)
        {
            throw Locked();
        }
    }

    public void Dispose()
    {
        Records?.Dispose();
        Data?.Dispose();
        Unlocked?.Master.Dispose();
    }

    private static RepositoryKeyException Locked() => new(
        "The repository is encrypted; this needs its key. Nothing was changed. Name a key file or a passphrase.");

    private static byte[] Derive(byte[] idKey, string context)
    {
        var key = new byte[Blake3.DigestBytes];
        Blake3.DeriveKey(context, idKey, key);
        return key;
    }
}
