using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Stages;
using BackupEngine.Chunkstore.Tests.Encryption;
using BackupEngine.Chunkstore.Tests.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Sessions;

/// <summary>
/// The way of a chunk into a pack makes no garbage; the tables grow now and then, and are used again. It runs alone:
/// nobody else's garbage brings a collection into what is measured.
/// </summary>
[Collection(nameof(StoreAllocationTests))]
[CollectionDefinition(nameof(StoreAllocationTests), DisableParallelization = true)]
public sealed class StoreAllocationTests : IDisposable
{
    private const int ChunkSize = 4096;

    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();
    private int _number;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_chunk_allocates_nothing_where_the_tables_have_room(bool encrypted)
    {
        using var secret = encrypted ? TestKeys.File() : null;
        using var repository = Repository.Create(
            _directory.Sub("repository"), TestKeys.Options(ChunkSize, secret));
        var options = TestVolume.Mixed(ChunkSize, 10, seed: 1).Options("one") with { PackSizeBytes = 64 << 20 };
        await using var writer = repository.BeginBackup(options);
        var fresh = Measure(writer, repository, chunks: 8000, warmUp: 7000);
        var known = Measure(writer, repository, chunks: 8000, warmUp: 7000);
        Assert.InRange(fresh, 0, 8);
        Assert.InRange(known, 0, 1);
    }

    /// <summary>The same in batches, as lanes do it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_chunk_of_a_batch_allocates_nothing_where_the_tables_have_room(bool encrypted)
    {
        using var secret = encrypted ? TestKeys.File() : null;
        using var repository = Repository.Create(
            _directory.Sub("repository"), TestKeys.Options(ChunkSize, secret));
        var options = TestVolume.Mixed(ChunkSize, 10, seed: 1).Options("one") with { PackSizeBytes = 64 << 20 };
        await using var writer = repository.BeginBackup(options);
        using var batch = writer.NewBatch();
        var clock = new StageTotals().NewClock();
        var chunks = new byte[batch.Capacity * ChunkSize];
        var fresh = Measure(() => StoreBatch(writer, batch, clock, repository, chunks), chunks: 8000, warmUp: 7000);
        Assert.InRange(fresh, 0, 8);
    }

    private int StoreBatch(
        BackupWriter writer, ChunkBatch batch, StageClock clock, Repository repository, byte[] chunks)
    {
        batch.Clear();
        for (var i = 0; i < batch.Capacity; i++)
        {
            var plain = chunks.AsMemory(i * ChunkSize, ChunkSize);
            BitConverter.TryWriteBytes(plain.Span, ++_number);
            batch.Add(repository.ChunkHasher.Hash(plain.Span), plain);
        }

        var store = writer.StoreManyAsync(batch, clock, CancellationToken.None);
        Assert.True(store.IsCompletedSuccessfully, "a buffer was waited for");
        return batch.Capacity;
    }

    private static double Measure(Func<int> store, int chunks, int warmUp)
    {
        var measured = default(ThreadAllocations);
        long counted = 0;
        for (var stored = 0; stored < chunks;)
        {
            var many = 0;
            var call = () => { many = store(); };
            if (stored < warmUp)
            {
                call();
            }
            else if (measured.Run(call))
            {
                counted += many;
            }

            stored += many;
        }

        return measured.Bytes / (double)counted;
    }

    /// <summary>Bytes for each chunk after the warm-up, in which the tables reach the size that they keep.</summary>
    /// <remarks>
    /// Ids are keyed anew for each repository: 437 of 7000 fall into each of 16 tables, give or take 20. A table grows
    /// at 341 and at 682, five times that away from all that is measured.
    /// </remarks>
    private static double Measure(BackupWriter writer, Repository repository, int chunks, int warmUp)
    {
        var plain = new byte[ChunkSize];
        var number = 0;
        return Measure(StoreNext, chunks, warmUp);

        int StoreNext()
        {
            BitConverter.TryWriteBytes(plain, number++);
            var store = writer.StoreAsync(repository.ChunkHasher.Hash(plain), plain, CancellationToken.None);
            Assert.True(store.IsCompletedSuccessfully, "a buffer was waited for");
            return 1;
        }
    }
}
