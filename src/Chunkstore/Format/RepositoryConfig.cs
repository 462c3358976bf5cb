using System.Text.Json.Serialization;

namespace BackupEngine.Chunkstore.Format;

/// <summary>
/// What <c>config</c> says; fixed when the repository is created. See docs/format.md, "Configuration".
/// </summary>
internal sealed record RepositoryConfig
{
    /// <summary>What <see cref="Format"/> is in every version.</summary>
    public const string FormatName = "backupengine-repository";

    /// <summary><see cref="Encryption"/> of a repository that is not encrypted.</summary>
    public const string NoEncryption = "none";

    /// <summary><see cref="Encryption"/> of an encrypted repository.</summary>
    public const string AesGcm = "aes-256-gcm";

    /// <summary>Smallest chunk size in bytes.</summary>
    public const int MinimumChunkSizeBytes = 4 * 1024;

    /// <summary>Largest chunk size in bytes.</summary>
    public const int MaximumChunkSizeBytes = RecordHeader.MaximumPlainBytes;

    [JsonPropertyName("format")]
    public required string Format { get; init; }

    [JsonPropertyName("format_version")]
    public required int Version { get; init; }

    [JsonPropertyName("minimum_reader_version")]
    public required int MinimumReaderVersion { get; init; }

    /// <summary>
    /// The oldest program that may write: raised when writers have to follow new rules that readers need not know.
    /// </summary>
    [JsonPropertyName("minimum_writer_version")]
    public required int MinimumWriterVersion { get; init; }

    [JsonPropertyName("repository_id")]
    public required Guid RepositoryId { get; init; }

    [JsonPropertyName("chunk_size_bytes")]
    public required int ChunkSizeBytes { get; init; }

    /// <summary>How volumes are cut: <c>fixed</c>.</summary>
    [JsonPropertyName("chunker")]
    public required string Chunker { get; init; }

    /// <summary>How chunks are named: <c>blake3-keyed</c>.</summary>
    [JsonPropertyName("hash")]
    public required string Hash { get; init; }

    /// <summary>How bodies of records are encrypted: <c>none</c> or <c>aes-256-gcm</c>.</summary>
    [JsonPropertyName("encryption")]
    public required string Encryption { get; init; }

    /// <summary>
    /// 64 hexadecimal digits: the random key that all ids of this repository are derived from. Empty where the
    /// repository is encrypted: it comes from the master key then.
    /// </summary>
    [JsonPropertyName("id_key")]
    public required string IdKey { get; init; }

    /// <summary>Whether a key is needed to read what is stored.</summary>
    [JsonIgnore]
    public bool IsEncrypted => Encryption == AesGcm;

    [JsonPropertyName("created_at")]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>BLAKE3 of the file with the 64 digits of this field as zeros.</summary>
    [JsonPropertyName("checksum")]
    public required string Checksum { get; init; }
}
