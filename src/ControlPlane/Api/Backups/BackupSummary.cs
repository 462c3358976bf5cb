using BackupEngine.ControlPlane.Api.Answers;

namespace BackupEngine.ControlPlane.Api.Backups;

/// <summary>A backup in a list without details, and as the answer to those who change it.</summary>
internal sealed record BackupSummary
{
    /// <summary>Identity.</summary>
    public required Guid Id { get; init; }

    /// <summary>Name.</summary>
    public required string? Name { get; init; }

    /// <summary>Where it is.</summary>
    public required IReadOnlyList<Link> Links { get; init; }
}
