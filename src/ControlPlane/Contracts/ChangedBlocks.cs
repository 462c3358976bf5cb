namespace BackupEngine.ControlPlane.Contracts;

/// <summary>Answer: the extents that may differ; or that they are not known, and why.</summary>
public sealed record ChangedBlocks
{
    /// <summary>Whether <see cref="Extents"/> can be relied on. When not, everything is to be read.</summary>
    public required bool Known { get; init; }

    /// <summary>Why they are not known; empty when they are.</summary>
    public required string Reason { get; init; }

    /// <summary>Sorted, disjoint extents; empty when nothing changed or nothing is known.</summary>
    public required IReadOnlyList<ChangedExtent> Extents { get; init; }
}
