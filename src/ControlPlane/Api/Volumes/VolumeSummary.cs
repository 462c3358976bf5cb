using BackupEngine.ControlPlane.Api.Answers;

namespace BackupEngine.ControlPlane.Api.Volumes;

/// <summary>A volume in a list without details.</summary>
internal sealed record VolumeSummary
{
    /// <summary>Identity.</summary>
    public required Guid Id { get; init; }

    /// <summary>Name.</summary>
    public required string? Name { get; init; }

    /// <summary>Where it is.</summary>
    public required IReadOnlyList<Link> Links { get; init; }
}
