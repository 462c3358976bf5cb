namespace BackupEngine.Chunkstore.Backends;

/// <summary>An open file of a directory; holds its handle until it is disposed, once.</summary>
internal sealed class LocalObjectReader(FileLease lease, string path) : IObjectReader
{
    public ValueTask<int> ReadAsync(long offsetBytes, Memory<byte> destination, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return new ValueTask<int>(lease.File.Read(destination.Span, offsetBytes));
        }
        catch (IOException exception)
        {
            throw StorageErrors.Translate(exception, "read", path);
        }
    }

    public void Prefetch(long offsetBytes, long lengthBytes) => lease.File.Prefetch(offsetBytes, lengthBytes);

    public void Dispose() => lease.Dispose();
}
