namespace BackupEngine.Chunkstore.Backends;

/// <summary>A file open for reading. Safe to use from many threads.</summary>
internal interface IReadableFile : IDisposable
{
    /// <summary>Length in bytes.</summary>
    long LengthBytes { get; }

    /// <summary>Reads at an offset; fewer bytes than asked only at the end.</summary>
    int Read(Span<byte> destination, long offsetBytes);

    /// <summary>
    /// Says that a range will be read soon, and once. Advice: whether it is taken changes nothing else.
    /// </summary>
    void Prefetch(long offsetBytes, long lengthBytes)
    {
    }

    /// <summary>Maps the whole file, which is not empty.</summary>
    IMappedObject Map();
}
