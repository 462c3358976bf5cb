using BackupEngine.Chunkstore;

namespace BackupEngine.DataPlane.Nbd.Server.Volumes;

/// <summary>A part of the volume cannot be read. What was asked for before it is there, the rest is not.</summary>
internal sealed class VolumeReadException(Extent extent, string message, Exception cause) : Exception(message, cause)
{
    /// <summary>What cannot be read, of what was asked for.</summary>
    public Extent Extent => extent;
}
