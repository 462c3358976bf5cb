namespace BackupEngine.DataPlane.CommandLine;

/// <summary>JSON of `diff`.</summary>
/// <param name="Left">One backup.</param>
/// <param name="Right">The other.</param>
/// <param name="BytesDifferent">Sum of the extents, rounded outwards to chunks.</param>
/// <param name="Extents">Where they differ, in the form that `--changed-blocks` reads.</param>
internal sealed record DiffView(string Left, string Right, long BytesDifferent, IReadOnlyList<ChangedBlock> Extents);
