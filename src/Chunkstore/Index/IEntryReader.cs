using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Index;

/// <summary>Reads sorted entries once. One caller at a time.</summary>
internal interface IEntryReader
{
    /// <summary>The next entries; 0 when there are no more.</summary>
    ValueTask<int> ReadAsync(Memory<IndexEntry> batch, CancellationToken cancellationToken);
}
