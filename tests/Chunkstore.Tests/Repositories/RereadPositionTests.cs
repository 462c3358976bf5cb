using BackupEngine.Chunkstore.Copies;
using BackupEngine.Chunkstore.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Repositories;

/// <summary>
/// Where the next incremental goes on to re-read is in the manifest; one that says so needs a reader of version 2, and
/// all others stay as version 1 wrote them.
/// </summary>
public sealed class RereadPositionTests : IDisposable
{
    private const int ChunkSize = 4096;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(0, 1)]
    [InlineData(5L * ChunkSize, 2)]
    [InlineData(long.MaxValue, 2)]
    public async Task It_is_kept_and_the_file_names_the_version_that_knows_it(long position, int version)
    {
        using var repository = Create("one");
        var volume = TestVolume.Mixed(ChunkSize, 10, seed: 3);
        volume.RereadPositionBytes = position;
        await volume.BackUpAsync(repository, "first");

        Assert.Equal(position, repository.GetManifest(BackupId.Parse("first")).RereadPositionBytes);
        var file = await File.ReadAllBytesAsync(
            Path.Combine(_directory.Sub("one"), "manifests", "first"), TestContext.Current.CancellationToken);
        Assert.Equal(version, BitConverter.ToUInt16(file, 8));
        Assert.Equal(version, BitConverter.ToUInt16(file, 10));
        Assert.Equal(position, BitConverter.ToInt64(file, 152));
    }

    [Fact]
    public async Task A_copy_keeps_it()
    {
        using var source = Create("one");
        using var destination = Create("two");
        var volume = TestVolume.Mixed(ChunkSize, 10, seed: 3);
        volume.RereadPositionBytes = ChunkSize;
        var backup = await volume.BackUpAsync(source, "first");
        await new BackupCopier(source, destination).CopyAsync(backup, TestContext.Current.CancellationToken);
        Assert.Equal(ChunkSize, destination.GetManifest(backup.BackupId).RereadPositionBytes);
    }

    private Repository Create(string name) =>
        Repository.Create(_directory.Sub(name), new RepositoryOptions { ChunkSizeBytes = ChunkSize });
}
