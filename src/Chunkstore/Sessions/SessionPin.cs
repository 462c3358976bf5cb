using System.Text.Json.Serialization;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>A root that a session works with, as its record states it.</summary>
/// <param name="Root">The root node, 64 hexadecimal digits.</param>
/// <param name="VolumeBytes">Size of the volume in bytes.</param>
internal sealed record SessionPin(
    [property: JsonPropertyName("root")] string Root,
    [property: JsonPropertyName("volume_bytes")] long VolumeBytes);
