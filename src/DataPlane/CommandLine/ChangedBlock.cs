using System.Text.Json.Serialization;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>An extent in JSON.</summary>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Number of bytes.</param>
internal sealed record ChangedBlock(
    [property: JsonRequired] long Offset,
    [property: JsonRequired] long Length);
