using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>
/// What one checkpoint makes durable: the chunks stored since the last one, and the packs that they went to.
/// </summary>
/// <param name="Chunks">Nobody adds to it any more.</param>
/// <param name="Packs">Ended, and on their way to the disk.</param>
internal sealed record SessionBatch(NewChunkSet Chunks, IReadOnlyList<Task<SealedPack>> Packs);
