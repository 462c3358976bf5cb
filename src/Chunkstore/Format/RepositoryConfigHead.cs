using System.Text.Json.Serialization;

namespace BackupEngine.Chunkstore.Format;

/// <summary>The part of <c>config</c> that every version has.</summary>
internal sealed record RepositoryConfigHead
{
    [JsonPropertyName("format")]
    public string Format { get; init; } = "";

    [JsonPropertyName("format_version")]
    public int Version { get; init; }

    [JsonPropertyName("minimum_reader_version")]
    public int MinimumReaderVersion { get; init; }
}
