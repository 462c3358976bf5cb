namespace BackupEngine.Chunkstore.Backends;

/// <summary>
/// A file that is being written under a temporary name. Disposed before it is published, it is gone.
/// One caller at a time. After any failure the file is given up: nothing is tried again on it.
/// </summary>
internal interface IObjectWriter : IDisposable
{
    /// <summary>Appends.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>
    /// Makes the contents durable, then gives the file its name unless that is taken. The name itself is durable after
    /// <see cref="IRepositoryBackend.FlushNames"/>.
    /// </summary>
    /// <exception cref="ObjectExistsException">The name is taken; the file that has it was not touched.</exception>
    ValueTask PublishAsync(CancellationToken cancellationToken);
}
