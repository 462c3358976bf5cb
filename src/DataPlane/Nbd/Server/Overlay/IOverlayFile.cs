namespace BackupEngine.DataPlane.Nbd.Server.Overlay;

/// <summary>A file of fixed length. Every transfer is whole, or an <see cref="IOException"/>. Safe to use from many
/// threads.</summary>
internal interface IOverlayFile : IDisposable
{
    /// <summary>Fills the buffer from an offset on.</summary>
    void Read(long offsetBytes, Span<byte> buffer);

    /// <summary>Writes the buffer to an offset.</summary>
    void Write(long offsetBytes, ReadOnlySpan<byte> buffer);

    /// <summary>Gives space back where the file system can; the content of the range is zeros or what it was.</summary>
    void Discard(long offsetBytes, long lengthBytes);

    /// <summary>Makes everything lasting that was written before.</summary>
    void Flush();
}
