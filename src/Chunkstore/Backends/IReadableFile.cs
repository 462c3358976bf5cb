namespace BackupEngine.Chunkstore.Backends;

/// <summary>A file open for reading. Safe to use from many threads.</summary>
internal interface IReadableFile : IDisposable
{
    /// <summary>Length in bytes.</summary>
    long LengthBytes { get; }

    /// <summary>Reads at an offset; fewer bytes than asked only at the end.</summary>
    int Read(Span<byte> destination, long offsetBytes);

    /// <summary>Maps the whole file, which is not empty.</summary>
    IMappedObject Map();
}
