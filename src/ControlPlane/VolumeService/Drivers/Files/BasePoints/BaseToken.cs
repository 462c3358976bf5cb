using System.Text.Json;
using System.Text.Json.Serialization;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.BasePoints;

/// <summary>
/// Names the point in time that a backup read: the clone that keeps it, so closely that no other file can be taken for
/// it. Its text goes into the record of the backup, and must be found again letter by letter before an incremental
/// relies on it.
/// </summary>
internal sealed record BaseToken
{
    /// <summary>The only type that this driver gives out.</summary>
    public const string Reflink = "reflink";

    /// <summary>Where the changed blocks come from.</summary>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(0)]
    public required string Type { get; init; }

    /// <summary>The volume.</summary>
    [JsonPropertyName("volume")]
    [JsonPropertyOrder(1)]
    public required Guid VolumeId { get; init; }

    /// <summary>The backup that read it.</summary>
    [JsonPropertyName("backup")]
    [JsonPropertyOrder(2)]
    public required Guid BackupId { get; init; }

    /// <summary>Size of the volume then, in bytes.</summary>
    [JsonPropertyName("size")]
    [JsonPropertyOrder(3)]
    public required long SizeBytes { get; init; }

    /// <summary>What changes are told apart by: the block size of the file system, in bytes.</summary>
    [JsonPropertyName("granularity")]
    [JsonPropertyOrder(4)]
    public required long GranularityBytes { get; init; }

    /// <summary>UUID of the file system.</summary>
    [JsonPropertyName("fs")]
    [JsonPropertyOrder(5)]
    public required Guid FileSystemId { get; init; }

    /// <summary>Inode of the clone.</summary>
    [JsonPropertyName("inode")]
    [JsonPropertyOrder(6)]
    public required ulong Inode { get; init; }

    /// <summary>Generation of the inode: differs when its number was given to another file.</summary>
    [JsonPropertyName("generation")]
    [JsonPropertyOrder(7)]
    public required uint Generation { get; init; }

    /// <summary>When the clone was made, seconds and nanoseconds since 1970.</summary>
    [JsonPropertyName("born")]
    [JsonPropertyOrder(8)]
    public required string Born { get; init; }

    /// <summary>When it was last written to: not since it was made, or it is no base.</summary>
    [JsonPropertyName("written")]
    [JsonPropertyOrder(9)]
    public required string Written { get; init; }

    /// <summary>Reads a token; null when it is none of this driver.</summary>
    public static BaseToken? TryParse(string text)
    {
        try
        {
            var token = JsonSerializer.Deserialize(text, FileDriverJson.Default.BaseToken);
            return token is { Type: Reflink } ? token : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The token as text: the same facts always give the same letters.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, FileDriverJson.Default.BaseToken);
}
