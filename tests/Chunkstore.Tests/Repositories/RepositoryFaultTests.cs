using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Tests.Backends;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Repositories;

/// <summary>
/// Every call of a backup that changes the disk fails, one after another: the backup ends with a clear error, what was
/// published before is intact, and the next backup succeeds.
/// </summary>
public sealed class RepositoryFaultTests : IDisposable
{
    private const int ChunkSize = 4096;

    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(5, false, false)]
    [InlineData(5, false, true)]
    [InlineData(28, true, false)]
    public async Task A_backup_survives_the_failure_of_any_call(int errno, bool forGood, bool done)
    {
        var before = TestVolume.Mixed(ChunkSize, 60, seed: 1);
        var path = _directory.Sub("original");
        using (var repository = Repository.Create(path, new RepositoryOptions { ChunkSizeBytes = ChunkSize }))
        {
            await before.BackUpAsync(repository, "before");
        }

        for (var call = 1; ; call++)
        {
            var copy = _directory.Sub($"copy-{call}");
            Copy(path, copy);
            var files = new FaultyFileSystem(new LinuxFileSystem())
            {
                FailingCall = call,
                FailsForGood = forGood,
                Errno = errno,
                Mode = done ? FaultMode.Done : FaultMode.Refused,
            };
            var fault = await TryBackUpAsync(copy, files);
            if (!forGood && files.FailedCall?.StartsWith("unlink", StringComparison.Ordinal) == false)
            {
                Assert.Empty(Directory.EnumerateFiles(Path.Combine(copy, "tmp")));
                Assert.Empty(Directory.EnumerateFiles(Path.Combine(copy, "sessions")));
            }

            await AssertIntactAsync(copy, before, fault, files.FailedCall, errno);
            Directory.Delete(copy, recursive: true);
            if (files.FailedCall is null)
            {
                Assert.True(call > 10, "a backup changes the disk more often than that");
                return;
            }
        }
    }

    private static TestVolume Changed()
    {
        var volume = TestVolume.Mixed(ChunkSize, 60, seed: 1);
        for (var chunk = 0; chunk < 30; chunk++)
        {
            volume.Change(chunk, chunk + 1000);
        }

        return volume;
    }

    private static async Task<Exception?> TryBackUpAsync(string path, IFileSystem files)
    {
        using var repository = Repository.Open(new LocalDirectoryBackend(path, files), TimeProvider.System);
        try
        {
            var options = Changed().Options("during", repository.FindLatest("volume")) with { CheckpointChunks = 12 };
            await using var writer = repository.BeginBackup(options);
            await Changed().BackUpAsync(repository, writer);
            return null;
        }
        catch (RepositoryException exception)
        {
            return exception;
        }
    }

    private static async Task AssertIntactAsync(
        string path, TestVolume before, Exception? fault, string? failedCall, int errno)
    {
        using var repository = Repository.Open(path);
        await before.AssertRestoresAsync(repository, "before");
        Manifest? during = repository.ListManifests().FirstOrDefault(manifest => manifest.BackupId.Value == "during");
        Assert.True(fault is not null || during is not null, $"no error, and no backup, with {failedCall}");
        if (during is not null)
        {
            await Changed().AssertRestoresAsync(repository, "during");
        }

        if (fault is not null && errno == Errno.NoSpace)
        {
            Assert.IsType<RepositoryFullException>(fault);
        }

        await Changed().BackUpAsync(repository, "after", repository.GetManifest(BackupId.Parse("before")));
        await Changed().AssertRestoresAsync(repository, "after");
        repository.DeleteBackup(BackupId.Parse("before"));
        await Changed().AssertRestoresAsync(repository, "after");
    }

    private static void Copy(string from, string to)
    {
        foreach (var directory in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories).Prepend(from))
        {
            Directory.CreateDirectory(directory.Replace(from, to, StringComparison.Ordinal));
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, file.Replace(from, to, StringComparison.Ordinal));
        }
    }
}
