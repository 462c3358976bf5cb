using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Backends;

public sealed class ConcurrentFlushTests
{
    [Fact]
    public void Who_wants_to_flush_a_directory_beside_a_flush_that_fails_is_refused()
    {
        var files = new FailingFlush();
        using var backend = new LocalDirectoryBackend("/repository", files);
        var name = new ObjectName(ObjectKind.Manifest, "one");
        Exception? refused = null;
        var other = new Thread(() => refused = Record.Exception(() => backend.FlushNames([name])));
        files.DuringFlush = () =>
        {
            other.Start();
            SpinWait.SpinUntil(() => files.Flushes > 1 || other.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
        };

        Assert.ThrowsAny<RepositoryException>(() => backend.FlushNames([name]));
        other.Join();

        Assert.IsType<RepositoryException>(refused);
        Assert.Equal(1, files.Flushes);
    }

    /// <summary>A file system whose first flush fails, after something else was done.</summary>
    private sealed class FailingFlush : IFileSystem
    {
        private int _flushes;

        public Action DuringFlush { get; set; } = () => { };

        public int Flushes => Volatile.Read(ref _flushes);

        public IReadOnlyCollection<string> Fallbacks => [];

        public void FlushDirectory(string path)
        {
            if (Interlocked.Increment(ref _flushes) == 1)
            {
                DuringFlush();
                throw new IOException("injected", Errno.InputOutput);
            }
        }

        public void CreateDirectory(string path) => throw new NotSupportedException();

        public IWritableFile CreateFile(string path) => throw new NotSupportedException();

        public bool RenameNoReplace(string path, string newPath) => throw new NotSupportedException();

        public bool Delete(string path) => throw new NotSupportedException();

        public IReadableFile? OpenFile(string path) => throw new NotSupportedException();

        public IReadOnlyList<FileEntry>? List(string path) => throw new NotSupportedException();
    }
}
