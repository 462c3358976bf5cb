using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Verification.Rebuild;

/// <summary>What an index says of one pack.</summary>
/// <param name="Line">Its line in the pack table.</param>
/// <param name="Entries">Its records; <see cref="IndexEntry.Pack"/> is not set yet.</param>
/// <param name="IsScanned">Whether the records were looked for, because the directory is damaged.</param>
internal sealed record PackRecords(IndexPack Line, IReadOnlyList<IndexEntry> Entries, bool IsScanned);
