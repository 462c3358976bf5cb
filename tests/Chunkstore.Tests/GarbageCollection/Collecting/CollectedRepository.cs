using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Collection;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Tests.Repositories;
using BackupEngine.Chunkstore.Verification;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Collecting;

/// <summary>A repository on a disk, with what every backup in it has to restore to.</summary>
internal sealed class CollectedRepository : IDisposable
{
    public const int ChunkSize = 4096;

    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();
    private readonly Dictionary<string, TestVolume> _contents = new(StringComparer.Ordinal);

    public CollectedRepository()
    {
        Path = _directory.Sub("repository");
        Repository = Repository.Create(
            new LocalDirectoryBackend(Path), new RepositoryOptions { ChunkSizeBytes = ChunkSize }, Time);
    }

    public static TimeProvider Time { get; } = new FastTime();

    public string Path { get; }

    public Repository Repository { get; }

    public IReadOnlyList<string> Packs => [.. Files("packs")];

    /// <summary>A volume of chunks of which all are its own.</summary>
    public static TestVolume Random(int chunks, int seed)
    {
        var bytes = new byte[chunks * ChunkSize];
        new Random(seed).NextBytes(bytes);
        return new TestVolume(ChunkSize, bytes);
    }

    public async Task BackUpAsync(string backup, TestVolume volume)
    {
        await volume.BackUpAsync(Repository, backup);
        Expect(backup, volume);
    }

    /// <summary>A backup of that id, where there is one, is of that volume.</summary>
    public void Expect(string backup, TestVolume volume) =>
        _contents[backup] = new TestVolume(ChunkSize, [.. volume.Bytes]);

    public void Delete(string backup) => Repository.DeleteBackup(BackupId.Parse(backup));

    public Task<CollectReport> CollectAsync(CollectOptions? options = null) =>
        Repository.CollectAsync(options ?? new CollectOptions(), progress: null, CancellationToken.None);

    /// <summary>The repository as another process would open it.</summary>
    public Repository OpenAgain(IFileSystem? files = null) =>
        Repository.Open(new LocalDirectoryBackend(Path, files), Time);

    /// <summary>The same, but it never looks for new generations by itself.</summary>
    public Repository OpenSilent() => Repository.Open(new LocalDirectoryBackend(Path), new SilentTime());

    /// <summary>Every backup restores to what it was made of, and verification finds nothing.</summary>
    public async Task AssertIntactAsync()
    {
        using var repository = OpenAgain();
        foreach (var manifest in repository.ListManifests())
        {
            await _contents[manifest.BackupId.Value].AssertRestoresAsync(repository, manifest.BackupId.Value);
        }

        var report = await repository.VerifyAsync(
            new VerifyOptions { Level = VerifyLevel.Data }, progress: null, CancellationToken.None);
        Assert.Empty(report.Faults);
    }

    public IEnumerable<string> Files(string directory) => Directory.EnumerateFiles(
        System.IO.Path.Combine(Path, directory), "*", SearchOption.AllDirectories);

    public void Dispose()
    {
        Repository.Dispose();
        _directory.Dispose();
    }
}
