using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Repositories;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>What a repository gives to the writer of a backup.</summary>
internal sealed record BackupWriterParts
{
    public required SessionContext Context { get; init; }

    public required SessionRegistry Registry { get; init; }

    public required ManifestFile Manifests { get; init; }

    public required ChunkReader Chunks { get; init; }

    public required ChunkHasher NodeHasher { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
