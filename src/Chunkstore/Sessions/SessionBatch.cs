using BackupEngine.Chunkstore.Checkpoints;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>
/// What one checkpoint makes durable: the chunks stored since the last one, and the packs that they went to.
/// </summary>
/// <param name="Chunks">Nobody adds to it any more.</param>
/// <param name="Packs">Ended, and on their way to the disk.</param>
/// <param name="Leaves">Leaves that were finished since; they need nothing that is stored later.</param>
internal sealed record SessionBatch(
    NewChunkSet Chunks, IReadOnlyList<Task<SealedPack>> Packs, IReadOnlyList<FinishedLeaf> Leaves);
