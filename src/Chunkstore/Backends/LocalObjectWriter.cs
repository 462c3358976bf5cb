using BackupEngine.Chunkstore.Errors;

namespace BackupEngine.Chunkstore.Backends;

/// <summary>A file below <c>tmp/</c> on its way to its place.</summary>
internal sealed class LocalObjectWriter(
    LocalDirectoryBackend backend, ObjectName name, string temporaryPath, IWritableFile file)
    : IObjectWriter
{
    private long _length;
    private bool _failed;
    private bool _published;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(bytes.Span);
        return ValueTask.CompletedTask;
    }

    public ValueTask PublishAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Publish();
        return ValueTask.CompletedTask;
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        RequireUnharmed();
        try
        {
            file.Write(bytes, _length);
            _length += bytes.Length;
        }
        catch (IOException exception)
        {
            throw GiveUp(exception, "write");
        }
    }

    public void Publish()
    {
        RequireUnharmed();
        try
        {
            file.FlushData();
            file.Dispose();
            _published = backend.Publish(temporaryPath, name);
        }
        catch (IOException exception) when (exception.HResult == Errno.NoEntry)
        {
            _failed = true;
            throw new ObjectMissingException(
                $"{backend.Describe(name)} was not published: its temporary file is gone, so its session was ended by "
                + "another process. What was published before is not harmed. Run it again; a backup goes on from its "
                + "last checkpoint.",
                exception);
        }
        catch (IOException exception)
        {
            throw GiveUp(exception, "publish");
        }

        if (!_published)
        {
            throw new ObjectExistsException($"{backend.Describe(name)} exists already; nothing was changed.");
        }
    }

    public void Dispose()
    {
        file.Dispose();
        if (!_published)
        {
            backend.TryDeleteTemporary(temporaryPath);
        }
    }

    /// <summary>
    /// One failure gives the file up: after a failed flush the kernel no longer knows what is missing on the disk.
    /// </summary>
    private RepositoryException GiveUp(IOException exception, string action)
    {
        _failed = true;
        return StorageErrors.Translate(exception, action, backend.Describe(name));
    }

    private void RequireUnharmed()
    {
        if (_failed)
        {
            throw new RepositoryException($"{backend.Describe(name)} was given up after an earlier failure.");
        }
    }
}
