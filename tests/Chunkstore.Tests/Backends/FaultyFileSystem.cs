using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Tests.Backends;

/// <summary>
/// A file system that fails one call that changes something, and no other. What must be survived: a write, a flush of
/// a file, a creation, a rename, a flush of a directory or a deletion that fails with EIO or ENOSPC; with every error
/// the call either did nothing (<see cref="FaultMode.Refused"/>) or had its effect before it failed (<see
/// cref="FaultMode.Done"/>).
/// </summary>
internal sealed class FaultyFileSystem(IFileSystem inner) : IFileSystem
{
    private int _calls;

    /// <summary>Calls so far that change something.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>The call that fails, counted from 1; 0 = none.</summary>
    public int FailingCall { get; set; }

    /// <summary>Whether every call after it fails as well.</summary>
    public bool FailsForGood { get; set; }

    public int Errno { get; set; } = Chunkstore.Backends.Errno.InputOutput;

    public FaultMode Mode { get; set; }

    private bool IsNextFailing =>
        FailingCall > 0 && (FailsForGood ? Calls + 1 >= FailingCall : Calls + 1 == FailingCall);

    /// <summary>The calls, in order, for the reader of a failure.</summary>
    public string? FailedCall { get; private set; }

    /// <summary>A flush of what could not be flushed before: it would report success for what was lost.</summary>
    public string? RepeatedFlush { get; private set; }

    public IReadOnlyCollection<string> Fallbacks => inner.Fallbacks;

    public void CreateDirectory(string path) => Change($"mkdir {path}", () => inner.CreateDirectory(path));

    public IWritableFile CreateFile(string path)
    {
        IWritableFile? file = null;
        try
        {
            Change($"create {path}", () => file = inner.CreateFile(path));
        }
        catch
        {
            file?.Dispose();
            throw;
        }

        return new FaultyWritableFile(this, file!, path);
    }

    public bool RenameNoReplace(string path, string newPath)
    {
        var renamed = false;
        Change($"rename {newPath}", () => renamed = inner.RenameNoReplace(path, newPath));
        return renamed;
    }

    public void FlushDirectory(string path) => Change($"fsync {path}", () => inner.FlushDirectory(path));

    public bool Delete(string path)
    {
        var deleted = false;
        Change($"unlink {path}", () => deleted = inner.Delete(path));
        return deleted;
    }

    public IReadableFile? OpenFile(string path) => inner.OpenFile(path);

    public IReadOnlyList<FileEntry>? List(string path) => inner.List(path);

    /// <summary>Makes the call, or lets it fail.</summary>
    internal void Change(string call, Action action, bool isTorn = false)
    {
        var number = Interlocked.Increment(ref _calls);
        var fails = FailingCall > 0 && (FailsForGood ? number >= FailingCall : number == FailingCall);
        if (call == FailedCall && call.StartsWith('f'))
        {
            RepeatedFlush = call;
        }

        if (!fails || isTorn || Mode == FaultMode.Done)
        {
            action();
        }

        if (fails)
        {
            FailedCall ??= call;
            throw new IOException($"injected into {call}", Errno);
        }
    }

    private sealed class FaultyWritableFile(FaultyFileSystem owner, IWritableFile file, string path) : IWritableFile
    {
        public void Write(ReadOnlySpan<byte> bytes, long offsetBytes)
        {
            var copy = bytes.ToArray();
            var isTorn = owner.Mode == FaultMode.Torn && owner.IsNextFailing;
            var written = isTorn ? copy.AsMemory(0, copy.Length / 2) : copy;
            owner.Change($"write {path}", () => file.Write(written.Span, offsetBytes), isTorn);
        }

        public void FlushData() => owner.Change($"fdatasync {path}", file.FlushData);

        public void Dispose() => file.Dispose();
    }
}

/// <summary>What a failing call has done.</summary>
internal enum FaultMode
{
    /// <summary>Nothing.</summary>
    Refused,

    /// <summary>Everything, and then it failed.</summary>
    Done,

    /// <summary>Half of what was to be written; of other calls nothing.</summary>
    Torn,
}
