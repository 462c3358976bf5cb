using BackupEngine.Chunkstore.Manifests;

namespace BackupEngine.Chunkstore.Retention;

/// <summary>What becomes of one backup.</summary>
/// <param name="Backup">The backup.</param>
/// <param name="Reasons">What keeps it; nothing keeps one that is to be removed.</param>
public sealed record RetentionDecision(Manifest Backup, IReadOnlyList<RetentionReason> Reasons)
{
    /// <summary>Whether it stays.</summary>
    public bool Keep => Reasons.Count > 0;
}
