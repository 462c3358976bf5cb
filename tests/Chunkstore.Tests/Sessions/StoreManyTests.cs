using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Stages;
using BackupEngine.Chunkstore.Tests.Encryption;
using BackupEngine.Chunkstore.Tests.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Sessions;

/// <summary>Chunks that are handed over together are stored as they would be one by one.</summary>
public sealed class StoreManyTests : IDisposable
{
    private const int ChunkSize = 4096;

    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    /// <summary>
    /// Packs are small: batches are cut by their ends, and what was encrypted ahead is encrypted again.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_volume_stored_in_batches_by_several_lanes_restores(bool encrypted)
    {
        using var secret = encrypted ? TestKeys.File() : null;
        using var repository = Repository.Create(_directory.Sub("repository"), TestKeys.Options(ChunkSize, secret));
        var volume = TestVolume.Mixed(ChunkSize, 1500, seed: 4);
        var stages = new StageTotals();
        await using var writer = repository.BeginBackup(volume.Options("one") with { Stages = stages });
        await Parallel.ForEachAsync(
            Enumerable.Range(0, (int)volume.Shape.LeafCount),
            Token,
            async (leaf, token) => await StoreLeafAsync(repository, writer, volume, leaf, stages, token));
        var manifest = await writer.CommitAsync(new SourceCounters(0, 0, 0), Token);
        await volume.AssertRestoresAsync(repository, "one");
        Assert.Equal(manifest.Statistics.BytesNew, stages.Bytes(Stage.Compress));
        Assert.Equal(manifest.Statistics.BytesStored, stages.Bytes(Stage.Append));
        Assert.True(stages.Bytes(Stage.PackWrite) > stages.Bytes(Stage.Append));
        Assert.Equal(encrypted, stages.Bytes(Stage.Encrypt) > 0);
    }

    [Fact]
    public async Task Only_what_is_new_stays_in_a_batch()
    {
        using var repository = Repository.Create(_directory.Sub("repository"), TestKeys.Options(ChunkSize, null));
        var volume = TestVolume.Mixed(ChunkSize, 40, seed: 5);
        await using var writer = repository.BeginBackup(volume.Options("one"));
        using var batch = writer.NewBatch();
        var clock = new StageTotals().NewClock();
        Fill(batch, repository, volume, [1, 2, 1, 5]);
        await writer.StoreManyAsync(batch, clock, Token);
        Assert.Equal(3, batch.Count);
        Fill(batch, repository, volume, [2, 5, 1]);
        await writer.StoreManyAsync(batch, clock, Token);
        Assert.Equal(0, batch.Count);
        Fill(batch, repository, volume, [2, 9]);
        await writer.StoreManyAsync(batch, clock, Token);
        Assert.Equal(Hash(repository, volume, 9), batch.IdAt(0));
        Assert.Equal(1, batch.Count);
    }

    [Fact]
    public async Task A_batch_refuses_what_cannot_be_stored()
    {
        using var repository = Repository.Create(_directory.Sub("repository"), TestKeys.Options(ChunkSize, null));
        var volume = TestVolume.Mixed(ChunkSize, 4, seed: 6);
        await using var writer = repository.BeginBackup(volume.Options("one"));
        using var batch = writer.NewBatch();
        var id = repository.ChunkHasher.Hash([1]);
        Assert.Throws<ArgumentException>(() => batch.Add(ChunkId.Zero, new byte[1]));
        Assert.Throws<ArgumentException>(() => batch.Add(id, default));
        Assert.Throws<ArgumentException>(() => batch.Add(id, new byte[ChunkSize + 1]));
        for (var i = 0; i < batch.Capacity; i++)
        {
            batch.Add(id, new byte[1]);
        }

        Assert.Throws<ArgumentException>(() => batch.Add(id, new byte[1]));
        Assert.Equal(batch.Capacity, batch.Count);
    }

    private static async Task StoreLeafAsync(
        Repository repository,
        BackupWriter writer,
        TestVolume volume,
        int leaf,
        StageTotals stages,
        CancellationToken cancellationToken)
    {
        using var batch = writer.NewBatch();
        var clock = stages.NewClock();
        var chunks = Enumerable.Range(leaf * TreeShape.FanOut, volume.Shape.ChunksInLeaf(leaf)).ToArray();
        foreach (var some in chunks.Chunk(Math.Min(7, batch.Capacity)))
        {
            Fill(batch, repository, volume, some);
            await writer.StoreManyAsync(batch, clock, cancellationToken);
        }

        var ids = chunks.Select(chunk => Hash(repository, volume, chunk)).ToArray();
        await writer.SetLeafAsync(leaf, ids, cancellationToken);
    }

    private static void Fill(ChunkBatch batch, Repository repository, TestVolume volume, int[] chunks)
    {
        batch.Clear();
        foreach (var chunk in chunks)
        {
            var id = Hash(repository, volume, chunk);
            if (!id.IsZero)
            {
                batch.Add(id, Plain(volume, chunk));
            }
        }
    }

    private static ChunkId Hash(Repository repository, TestVolume volume, int chunk)
    {
        var plain = Plain(volume, chunk).Span;
        return plain.ContainsAnyExcept((byte)0) ? repository.ChunkHasher.Hash(plain) : ChunkId.Zero;
    }

    private static ReadOnlyMemory<byte> Plain(TestVolume volume, int chunk) =>
        volume.Bytes.AsMemory(chunk * ChunkSize, volume.Shape.ChunkLength(chunk));
}
