using BackupEngine.Chunkstore.Hashing;

namespace BackupEngine.Chunkstore.Repositories;

/// <summary>
/// The keys of a repository, each derived from its id key for one purpose. The contexts are part of the format.
/// </summary>
internal sealed class RepositoryKeys(byte[] idKey)
{
    /// <summary>Names chunks of volumes.</summary>
    public ChunkHasher Chunks { get; } = new(Derive(idKey, "BackupEngine 2026 chunk store: ids of data chunks"));

    /// <summary>Names nodes of manifest trees: never the same as a chunk, whatever the bytes.</summary>
    public ChunkHasher Nodes { get; } = new(Derive(idKey, "BackupEngine 2026 chunk store: ids of tree nodes"));

    /// <summary>Signs manifests.</summary>
    public byte[] Manifests { get; } = Derive(idKey, "BackupEngine 2026 chunk store: digests of manifests");

    private static byte[] Derive(byte[] idKey, string context)
    {
        var key = new byte[Blake3.DigestBytes];
        Blake3.DeriveKey(context, idKey, key);
        return key;
    }
}
