using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Index;

/// <summary>Sorted entries in memory.</summary>
internal sealed class MemoryEntries(ReadOnlyMemory<IndexEntry> entries) : IEntrySource, IEntryReader
{
    private int _read;

    public long CountAtMost => entries.Length;

    public IEntryReader Open() => new MemoryEntries(entries);

    public ValueTask<int> ReadAsync(Memory<IndexEntry> batch, CancellationToken cancellationToken)
    {
        var count = Math.Min(batch.Length, entries.Length - _read);
        entries.Slice(_read, count).CopyTo(batch);
        _read += count;
        return ValueTask.FromResult(count);
    }
}
