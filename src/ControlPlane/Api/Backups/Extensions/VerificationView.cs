using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.Api.Backups.Extensions;

/// <summary>A verification: what was asked for, how far it has come, what it found.</summary>
internal sealed record VerificationView
{
    /// <summary>The backup.</summary>
    public required Guid BackupId { get; init; }

    /// <summary><c>quick</c> or <c>full</c>.</summary>
    public required string Level { get; init; }

    /// <summary>How many of the backup's packs are read.</summary>
    public required int Percent { get; init; }

    /// <summary>
    /// <c>verifying</c>, <c>good</c>, <c>damaged</c>, <c>error</c> or <c>cancelled</c>.
    /// </summary>
    public required string Status { get; init; }

    /// <summary>Why it has no result.</summary>
    public required string? FailReason { get; init; }

    /// <summary>When it was asked for, UTC.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>When it ended, UTC.</summary>
    public required DateTime? EndedAt { get; init; }

    /// <summary>How far it has come.</summary>
    public required ProgressView Progress { get; init; }

    /// <summary>What it found; null until then. Warnings are for administrators.</summary>
    public required VerificationResult? Result { get; init; }

    /// <summary>A record as a caller sees it.</summary>
    public static VerificationView Of(BackupVerificationEntity asked, ProgressView progress, bool isAdmin)
    {
        var result = asked.ResultJson is { } json ? VerificationResult.Parse(json) : null;
        return new VerificationView
        {
            BackupId = asked.BackupId,
            Level = asked.Level,
            Percent = asked.Percent,
            Status = asked.Status,
            FailReason = asked.FailReason,
            CreatedAt = asked.AskedAt,
            EndedAt = asked.EndedAt,
            Progress = progress,
            Result = isAdmin ? result : result is null ? null : result with { Warnings = [] },
        };
    }
}
