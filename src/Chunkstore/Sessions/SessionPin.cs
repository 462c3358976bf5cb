using System.Text.Json.Serialization;
using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>A root that a session works with, as its record states it.</summary>
/// <param name="Root">The root node, 64 hexadecimal digits.</param>
/// <param name="VolumeBytes">Size of the volume in bytes.</param>
internal sealed record SessionPin(
    [property: JsonPropertyName("root")] string Root,
    [property: JsonPropertyName("volume_bytes")] long VolumeBytes)
{
    /// <summary>The root.</summary>
    /// <exception cref="FormatException">The record does not state one.</exception>
    public PinnedRoot ToRoot() => ChunkId.TryParse(Root, out var id) && VolumeBytes > 0
        ? new PinnedRoot(id, VolumeBytes)
        : throw new FormatException("A pin is no root of a volume.");
}
