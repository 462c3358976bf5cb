using System.Text.Json.Serialization;

namespace BackupEngine.Chunkstore.Format;

/// <summary>What <c>quarantine/&lt;id&gt;</c> says. See docs/format.md, "Quarantine".</summary>
internal sealed record QuarantineRecord
{
    [JsonPropertyName("format_version")]
    public required int Version { get; init; }

    [JsonPropertyName("minimum_reader_version")]
    public required int MinimumReaderVersion { get; init; }

    [JsonPropertyName("repository_id")]
    public required Guid RepositoryId { get; init; }

    /// <summary>Packs that nothing new may rely on.</summary>
    [JsonPropertyName("packs")]
    public required IReadOnlyList<QuarantinedPack> Packs { get; init; }

    /// <summary>Records that cannot be read.</summary>
    [JsonPropertyName("records")]
    public required IReadOnlyList<QuarantinedRecord> Records { get; init; }

    /// <summary>Backups of which a part is lost.</summary>
    [JsonPropertyName("harmed")]
    public required IReadOnlyList<QuarantinedBackup> Harmed { get; init; }
}
