namespace BackupEngine.Chunkstore.Backends;

/// <summary>A file in memory, read page by page as it is touched. Not to be used after it was disposed.</summary>
internal interface IMappedObject : IDisposable
{
    /// <summary>Length in bytes.</summary>
    long LengthBytes { get; }

    /// <summary>A part of the file; never outside of it.</summary>
    ReadOnlySpan<byte> Slice(long offsetBytes, int lengthBytes);
}
