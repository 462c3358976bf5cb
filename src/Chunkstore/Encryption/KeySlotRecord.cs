using System.Text.Json.Serialization;

namespace BackupEngine.Chunkstore.Encryption;

/// <summary>
/// What <c>keys/&lt;slot id&gt;</c> says; see docs/format.md, "Key slot". Holds no secret in the clear.
/// </summary>
internal sealed record KeySlotRecord
{
    /// <summary><see cref="Kind"/> of a passphrase.</summary>
    public const string PassphraseKind = "passphrase";

    /// <summary><see cref="Kind"/> of a key file.</summary>
    public const string KeyFileKind = "key-file";

    [JsonPropertyName("format_version")]
    public required int Version { get; init; }

    [JsonPropertyName("minimum_reader_version")]
    public required int MinimumReaderVersion { get; init; }

    [JsonPropertyName("slot_id")]
    public required string SlotId { get; init; }

    [JsonPropertyName("repository_id")]
    public required Guid RepositoryId { get; init; }

    [JsonPropertyName("kind")]
    public required string Kind { get; init; }

    /// <summary>How the wrapping key is made: <c>argon2id</c> or <c>blake3</c>.</summary>
    [JsonPropertyName("derivation")]
    public required string Derivation { get; init; }

    /// <summary>Argon2id: memory; else 0.</summary>
    [JsonPropertyName("memory_kib")]
    public required int MemoryKiB { get; init; }

    /// <summary>Argon2id: passes; else 0.</summary>
    [JsonPropertyName("passes")]
    public required int Passes { get; init; }

    /// <summary>32 hexadecimal digits.</summary>
    [JsonPropertyName("salt")]
    public required string Salt { get; init; }

    /// <summary>96 hexadecimal digits: the encrypted master key and the tag.</summary>
    [JsonPropertyName("wrapped_key")]
    public required string WrappedKey { get; init; }

    /// <summary>What the operator calls it.</summary>
    [JsonPropertyName("label")]
    public required string Label { get; init; }

    [JsonPropertyName("created_at")]
    public required DateTimeOffset CreatedAt { get; init; }
}
