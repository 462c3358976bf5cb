using System.Text.Json.Serialization;

namespace BackupEngine.Chunkstore.Format;

/// <summary>A pack in a quarantine file.</summary>
/// <param name="Pack">Its name.</param>
/// <param name="IsLost">Whether none of its records can be read.</param>
/// <param name="Reason">What is wrong.</param>
internal sealed record QuarantinedPack(
    [property: JsonPropertyName("pack")] string Pack,
    [property: JsonPropertyName("lost")] bool IsLost,
    [property: JsonPropertyName("reason")] string Reason);
