using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Tests.Backends;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Repositories;

/// <summary>
/// What is missing is looked for in the index that is there now, and found wherever it has gone meanwhile; but a
/// repository of which much is missing is not listed over and over.
/// </summary>
public sealed class MissingChunkTests : IDisposable
{
    private const int ChunkSize = 4096;
    private const int Chunks = 200;

    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();
    private readonly TestVolume _volume = TestVolume.Mixed(ChunkSize, Chunks, seed: 1);
    private readonly WatchedListings _files;
    private readonly string _path;

    public MissingChunkTests()
    {
        _path = _directory.Sub("repository");
        _files = new WatchedListings(new LinuxFileSystem(), Path.Combine(_path, "index"));
        Repository.Create(_path, new RepositoryOptions { ChunkSizeBytes = ChunkSize }).Dispose();
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_chunk_that_is_in_no_segment_costs_two_listings()
    {
        await BackUpAsync();
        using var repository = Open();
        var before = _files.Listings;
        for (var chunk = 0; chunk < Chunks; chunk++)
        {
            var id = repository.ChunkHasher.Hash(BitConverter.GetBytes(chunk + 12345));
            await Assert.ThrowsAsync<CorruptDataException>(
                () => repository.Chunks.ReadAsync(id, new byte[ChunkSize], CancellationToken.None).AsTask());
        }

        Assert.Equal(2 * Chunks, _files.Listings - before);
    }

    [Fact]
    public async Task A_chunk_whose_pack_is_gone_costs_two_listings()
    {
        var manifest = await BackUpAsync();
        using var repository = Open();
        var ids = await IdsAsync(repository, manifest);
        foreach (var pack in Directory.GetFiles(Path.Combine(_path, "packs"), "*", SearchOption.AllDirectories))
        {
            File.Delete(pack);
        }

        var before = _files.Listings;
        foreach (var id in ids)
        {
            var error = await Assert.ThrowsAsync<CorruptDataException>(
                () => repository.Chunks.ReadAsync(id, new byte[ChunkSize], CancellationToken.None).AsTask());
            Assert.Contains("the pack is missing", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(2 * ids.Count, _files.Listings - before);
    }

    /// <summary>
    /// The segment that has it comes after a listing of the look, so that a look that was made once would not see it.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_chunk_whose_segment_is_replaced_during_the_look_is_found(int listing)
    {
        var manifest = await BackUpAsync();
        var segment = Assert.Single(Directory.GetFiles(Path.Combine(_path, "index")));
        var aside = _directory.Sub("aside");
        var ids = await IdsAsync(manifest);
        File.Move(segment, aside);
        using var repository = Open();
        if (listing == 0)
        {
            File.Move(aside, segment);
        }

        var before = _files.Listings;
        _files.Listed = number =>
        {
            if (number - before == listing)
            {
                File.Move(aside, segment);
            }
        };
        var plain = new byte[ChunkSize];
        await repository.Chunks.ReadAsync(ids[0], plain, CancellationToken.None);
        Assert.Equal(ids[0], repository.ChunkHasher.Hash(plain));
        Assert.InRange(_files.Listings - before, 2, 4);
    }

    private async Task<Manifest> BackUpAsync()
    {
        using var repository = Repository.Open(_path);
        return await _volume.BackUpAsync(repository, "one");
    }

    private Repository Open() => Repository.Open(new LocalDirectoryBackend(_path, _files), TimeProvider.System);

    private async Task<List<ChunkId>> IdsAsync(Manifest manifest)
    {
        using var repository = Repository.Open(_path);
        return await IdsAsync(repository, manifest);
    }

    private static async Task<List<ChunkId>> IdsAsync(Repository repository, Manifest manifest)
    {
        var ids = new ChunkId[Chunks];
        await repository.OpenTree(manifest).ReadLeafAsync(0, ids, CancellationToken.None);
        return [.. ids.SkipLast(1).Where(id => !id.IsZero).Distinct()];
    }
}
