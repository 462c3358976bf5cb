using BackupEngine.Chunkstore;

namespace BackupEngine.DataPlane.Devices;

/// <summary>What a device tells of itself before it is read.</summary>
/// <param name="ChangedBlocks">Extents that may differ from a base point; null where nobody asked for them, or they
/// are not known.</param>
/// <param name="BaseToken">The base point that they count from; empty without them.</param>
/// <param name="Unknown">Why they are not known although somebody asked for them; null otherwise.</param>
/// <param name="Warnings">What could not be found out besides.</param>
public sealed record SourceSurvey(
    IReadOnlyList<Extent>? ChangedBlocks, string BaseToken, string? Unknown, IReadOnlyList<string> Warnings)
{
    /// <summary>Nobody asked for anything.</summary>
    public static SourceSurvey Nothing { get; } = new(null, "", null, []);
}
