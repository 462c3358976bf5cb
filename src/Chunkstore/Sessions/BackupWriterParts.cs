using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Checkpoints;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Repositories;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>What a repository gives to the writer of a backup.</summary>
internal sealed record BackupWriterParts
{
    public required SessionContext Context { get; init; }

    public required SessionRegistry Registry { get; init; }

    /// <summary>What the backup is published by.</summary>
    public required IObjectWriter Ticket { get; init; }

    public required GenerationFollower Follower { get; init; }

    /// <summary>By which it is looked for new generations.</summary>
    public required TimeProvider Time { get; init; }

    public required ManifestFile Manifests { get; init; }

    public required CheckpointCatalog Checkpoints { get; init; }

    public required ChunkReader Chunks { get; init; }

    public required ChunkHasher NodeHasher { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
