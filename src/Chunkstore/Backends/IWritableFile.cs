namespace BackupEngine.Chunkstore.Backends;

/// <summary>A file that is being written.</summary>
internal interface IWritableFile : IDisposable
{
    /// <summary>Writes all bytes at an offset.</summary>
    void Write(ReadOnlySpan<byte> bytes, long offsetBytes);

    /// <summary>
    /// Makes the contents and the length durable (fdatasync). After a failure the kernel has marked the pages clean: a
    /// second call would answer with success for data that was lost, so the file must be given up.
    /// </summary>
    void FlushData();
}
