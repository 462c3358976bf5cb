namespace BackupEngine.Chunkstore.Backends;

/// <summary>
/// A file that is open for reading. It can be read to its end even if it is deleted meanwhile. Safe to use from many
/// threads.
/// </summary>
internal interface IObjectReader : IDisposable
{
    /// <summary>Reads a range; answers with fewer bytes than asked only at the end of the file.</summary>
    ValueTask<int> ReadAsync(long offsetBytes, Memory<byte> destination, CancellationToken cancellationToken);

    /// <summary>Says that a range will be read soon. Costs next to nothing, promises nothing, never fails.</summary>
    void Prefetch(long offsetBytes, long lengthBytes);
}
