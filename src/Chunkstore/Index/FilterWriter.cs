using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Index;

/// <summary>
/// Writes a filter from sorted prefixes: their blocks follow each other, so that only a part of it is in memory.
/// </summary>
internal sealed class FilterWriter(DigestingWriter file, int blocks)
{
    private const int BlocksInMemory = 8192;

    private readonly byte[] _part = new byte[(int)Math.Min(BlocksInMemory, blocks) * SplitBlockFilter.BlockBytes];
    private int _firstBlock;

    private int BlocksInPart => Math.Min(_part.Length / SplitBlockFilter.BlockBytes, blocks - _firstBlock);

    /// <summary>Whether the block of a prefix is in memory; else the part before it is to be written first.</summary>
    public bool TryAdd(UInt128 prefix)
    {
        var block = SplitBlockFilter.BlockOf(prefix, blocks) - _firstBlock;
        if (block >= BlocksInPart)
        {
            return false;
        }

        SplitBlockFilter.Add(_part.AsSpan(block * SplitBlockFilter.BlockBytes), prefix);
        return true;
    }

    /// <summary>Writes the part that is in memory, and goes on to the next.</summary>
    /// <returns>False when that was the last one.</returns>
    public async ValueTask<bool> WritePartAsync(CancellationToken cancellationToken)
    {
        var count = BlocksInPart;
        await file.WriteAsync(_part.AsMemory(0, count * SplitBlockFilter.BlockBytes), cancellationToken);
        Array.Clear(_part);
        _firstBlock += count;
        return _firstBlock < blocks;
    }
}
