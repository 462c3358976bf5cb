using System.Text.Json.Serialization;

namespace BackupEngine.Chunkstore.Format;

/// <summary>A record in a quarantine file.</summary>
/// <param name="Pack">The pack's name.</param>
/// <param name="OffsetBytes">Where the record begins.</param>
/// <param name="Prefix">The first 16 bytes of the chunk's id, 32 digits.</param>
/// <param name="Reason">What is wrong.</param>
internal sealed record QuarantinedRecord(
    [property: JsonPropertyName("pack")] string Pack,
    [property: JsonPropertyName("offset")] long OffsetBytes,
    [property: JsonPropertyName("prefix")] string Prefix,
    [property: JsonPropertyName("reason")] string Reason);
