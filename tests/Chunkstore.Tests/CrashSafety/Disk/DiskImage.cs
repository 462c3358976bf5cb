namespace BackupEngine.Chunkstore.Tests.CrashSafety.Disk;

/// <summary>What is on a disk after a loss of power.</summary>
/// <param name="Entries">Paths with contents, a directory before what is in it; null for a directory.</param>
/// <param name="Key">The same for equal states of one disk.</param>
internal sealed record DiskImage(IReadOnlyList<(string Path, byte[]? Bytes)> Entries, string Key);
