namespace BackupEngine.Chunkstore.Tests.CrashSafety.Disk;

/// <summary>An fsync: when it has ended, everything that had ended before it began is durable.</summary>
internal sealed class DiskFlush(long start) : DiskSpan(start);
