using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Nbd.Server.Volumes;
using BackupEngine.DataPlane.Tests.Backup;

namespace BackupEngine.DataPlane.Tests.Nbd.Server;

public sealed class BackupVolumeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(4096, 4)]
    [InlineData(4096, 200)]
    [InlineData(65536, 4)]
    [InlineData(65536, 33)]
    public async Task Any_part_read_by_many_at_once_is_what_was_backed_up(int chunkBytes, int cacheChunks)
    {
        using var harness = new PipelineHarness(chunkBytes);
        var content = ServedVolumes.Content(new Random(chunkBytes), (300 * chunkBytes) + 777, chunkBytes);
        await using var volume = await ServedVolumes.BackUpAsync(harness, content, cacheChunks);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            var scratch = new ReadScratch();
            for (var i = 0; i < 60; i++)
            {
                var extent = RandomExtent(random, content.Length, i % 2 == 0 ? 2 * chunkBytes : 30 * chunkBytes);
                var read = new byte[extent.LengthBytes];
                await volume.ReadAsync(extent.OffsetBytes, read, scratch, Cancel);
                Assert.True(
                    content.AsSpan((int)extent.OffsetBytes, read.Length).SequenceEqual(read), $"{seed}/{i}: {extent}");
            }
        })));
    }

    [Fact]
    public async Task Reading_in_small_steps_from_front_to_back_finds_most_chunks_read_ahead()
    {
        using var harness = new PipelineHarness();
        var content = new byte[4 << 20];
        new Random(3).NextBytes(content);
        var backup = BackupId.Parse((await harness.BackupAsync(content)).BackupId);
        var repository = harness.Repository;
        var cache = new ChunkCache(8 << 20, repository.ChunkSizeBytes);
        var tree = repository.OpenTree(repository.GetManifest(backup));
        await using var volume = new BackupVolume(
            tree, repository.Chunks, cache, new DamageLog(new StrictLogger<BackupVolumeTests>()));
        volume.Prefetch(new Extent(0, 1 << 20));
        Assert.True(SpinWait.SpinUntil(() => cache.Misses >= 256, TimeSpan.FromMinutes(1)));
        var read = new byte[1 << 20];
        await volume.ReadAsync(0, read, new ReadScratch(), Cancel);
        Assert.Equal(content[..read.Length], read);
        Assert.Equal(256, cache.Hits);
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(65536)]
    public async Task The_map_tells_of_every_chunk_of_zeros_and_of_nothing_else(int chunkBytes)
    {
        using var harness = new PipelineHarness(chunkBytes);
        var content = ServedVolumes.Content(new Random(9), (700 * chunkBytes) + 5, chunkBytes);
        content.AsSpan(100 * chunkBytes, 400 * chunkBytes).Clear();
        await using var volume = await ServedVolumes.BackUpAsync(harness, content, cacheChunks: 4);
        var random = new Random(4);
        var scratch = new ReadScratch();
        var map = new AllocationMap();
        for (var i = 0; i < 200; i++)
        {
            var extent = RandomExtent(random, content.Length, content.Length);
            map.Clear(i % 3 == 0 ? 1 : 1000);
            await volume.MapAsync(extent, map, scratch, Cancel);
            Assert.True(map.LengthBytes == extent.LengthBytes || map.IsFull);
            CheckMap(map, extent.OffsetBytes, content, chunkBytes);
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(64)]
    public async Task A_damaged_chunk_cannot_be_read_and_all_around_it_can(int cacheChunks)
    {
        using var harness = new PipelineHarness();
        var content = new byte[200 * PipelineHarness.SmallChunk];
        new Random(1).NextBytes(content);
        await using var volume = await ServedVolumes.BackUpAsync(harness, content, cacheChunks);
        DamagedPacks.FlipBit(harness.RepositoryPath, offset: 100_000);
        var scratch = new ReadScratch();
        var read = new byte[content.Length];
        var failure = await Assert.ThrowsAsync<VolumeReadException>(
            () => volume.ReadAsync(0, read, scratch, Cancel).AsTask());
        Assert.Equal(PipelineHarness.SmallChunk, failure.Extent.LengthBytes);
        var (start, end) = ((int)failure.Extent.OffsetBytes, (int)failure.Extent.EndBytes);
        await volume.ReadAsync(0, read.AsMemory(0, start), scratch, Cancel);
        await volume.ReadAsync(end, read.AsMemory(end), scratch, Cancel);
        Assert.Equal(content[..start], read[..start]);
        Assert.Equal(content[end..], read[end..]);
        await Assert.ThrowsAsync<VolumeReadException>(
            () => volume.ReadAsync(start + 5, read.AsMemory(0, 1), scratch, Cancel).AsTask());
    }

    [Fact]
    public async Task What_is_in_the_cache_is_read_without_allocating()
    {
        using var harness = new PipelineHarness();
        var content = ServedVolumes.Content(new Random(1), 64 * PipelineHarness.SmallChunk, PipelineHarness.SmallChunk);
        await using var volume = await ServedVolumes.BackUpAsync(harness, content, cacheChunks: 128);
        var scratch = new ReadScratch();
        var read = new byte[20_000];
        await volume.ReadAsync(0, new byte[content.Length], scratch, Cancel);
        ReadMany(volume, read, scratch);
        Assert.Equal(0, ThreadAllocations.Of(() => ReadMany(volume, read, scratch)));
    }

    private static void ReadMany(BackupVolume volume, byte[] read, ReadScratch scratch)
    {
        for (var i = 0; i < 200; i++)
        {
            var task = volume.ReadAsync(i * 701, read, scratch, CancellationToken.None);
            Assert.True(task.IsCompletedSuccessfully);
        }
    }

    private static Extent RandomExtent(Random random, long volumeBytes, long mostBytes)
    {
        var offset = random.NextInt64(volumeBytes);
        return new Extent(offset, 1 + random.NextInt64(Math.Min(mostBytes, volumeBytes - offset)));
    }

    private static void CheckMap(AllocationMap map, long offset, byte[] content, int chunkBytes)
    {
        foreach (var run in map.Runs)
        {
            var part = content.AsSpan((int)offset, (int)run.LengthBytes);
            if (run.IsZero)
            {
                Assert.False(part.ContainsAnyExcept((byte)0));
            }
            else
            {
                var firstWhole = (int)((offset + chunkBytes - 1) / chunkBytes * chunkBytes);
                for (var at = firstWhole; at + chunkBytes <= offset + run.LengthBytes; at += chunkBytes)
                {
                    Assert.True(content.AsSpan(at, chunkBytes).ContainsAnyExcept((byte)0), $"chunk at {at}");
                }
            }

            offset += run.LengthBytes;
        }
    }
}
