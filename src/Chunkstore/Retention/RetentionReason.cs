using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Retention;

/// <summary>A rule that keeps a backup.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Number">Which one of those that it keeps, the newest is 1.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RetentionReason(RetentionRule Rule, int Number);
