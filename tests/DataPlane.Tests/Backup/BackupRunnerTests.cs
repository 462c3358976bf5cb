using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Tests.Devices;
using BackupEngine.DataPlane.Transfers;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.DataPlane.Tests.Backup;

public sealed class BackupRunnerTests : IDisposable
{
    private const int Chunk = PipelineHarness.SmallChunk;
    private readonly PipelineHarness _harness = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _harness.Dispose();

    [Fact]
    public async Task A_full_backup_counts_what_it_read_found_and_stored()
    {
        var content = Noise(100 * Chunk);
        content.AsSpan(10 * Chunk, 30 * Chunk).Clear();
        content.AsSpan(0, Chunk).CopyTo(content.AsSpan(50 * Chunk));
        var result = await _harness.BackupAsync(content);
        Assert.Equal(100 * Chunk, result.VolumeBytes);
        Assert.Equal(100 * Chunk, result.BytesRead);
        Assert.Equal(30 * Chunk, result.ZeroBytes);
        Assert.Equal(0, result.BytesUnchanged);
        Assert.Equal(69, result.ChunksNew);
        Assert.Equal(69 * Chunk, result.BytesNew);
        Assert.InRange(result.BytesStored, 69 * Chunk, 70 * Chunk);
        Assert.Null(result.ParentId);
        Assert.Equal(ChangedBlocksUse.None, result.ChangedBlocks);
    }

    [Fact]
    public async Task An_incremental_that_reads_everything_stores_only_what_changed()
    {
        var content = Noise(1000 * Chunk);
        var full = await _harness.BackupAsync(content);
        content[(500 * Chunk) + 1] ^= 1;
        var result = await _harness.BackupAsync(content, full);
        Assert.Equal(1000 * Chunk, result.BytesRead);
        Assert.Equal(999 * Chunk, result.BytesUnchanged);
        Assert.Equal(1, result.ChunksNew);
        Assert.Equal(full.BackupId, result.ParentId);
        Assert.Equal(content, await _harness.RestoreAsync(result));
    }

    [Fact]
    public async Task With_changed_blocks_only_they_a_sample_and_a_thirtieth_of_the_rest_are_read()
    {
        var content = Noise(1000 * Chunk);
        var full = await _harness.BackupAsync(content);
        content[500 * Chunk] ^= 1;
        var device = new StrictDevice(content);
        var result = await PipelineHarness.BackupAsync(_harness.Request(device, full) with
        {
            ChangedBlocks = [new Extent((500 * Chunk) + 100, 1)],
        });
        Assert.Equal(ChangedBlocksUse.Used, result.ChangedBlocks);
        Assert.Equal(10, result.SpotCheckedChunks);
        Assert.Equal(10 * Chunk, result.SpotCheckBytes);
        Assert.Equal(34 * Chunk, result.RereadBytes);
        Assert.Equal(34 * Chunk, result.RereadPositionBytes);
        Assert.Equal(Chunk, result.BytesRead - result.SpotCheckBytes - result.RereadBytes);
        Assert.Equal(result.BytesRead, device.Reads.Sum(read => read.LengthBytes));
        Assert.Equal(999 * Chunk, result.BytesUnchanged);
        Assert.Equal(1, result.ChunksNew);
        Assert.Equal(content, await _harness.RestoreAsync(result));
    }

    [Fact]
    public async Task A_changed_block_that_was_not_named_is_found_and_everything_is_read()
    {
        var content = Noise(1000 * Chunk);
        var full = await _harness.BackupAsync(content);
        content[500 * Chunk] ^= 1;
        content[800 * Chunk] ^= 1;
        var result = await PipelineHarness.BackupAsync(_harness.Request(new StrictDevice(content), full) with
        {
            ChangedBlocks = [new Extent(500 * Chunk, 1)],
            SpotCheck = new SpotCheckOptions { MinimumChunks = int.MaxValue, MaximumShareOfVolume = 1 },
        });
        Assert.Equal(ChangedBlocksUse.Refused, result.ChangedBlocks);
        var warning = Assert.Single(result.Warnings);
        Assert.Contains($"offset {800 * Chunk}", warning, StringComparison.Ordinal);
        Assert.True(result.BytesRead > 1000 * Chunk, "the whole volume and a sample");
        Assert.Equal(2, result.ChunksNew);
        Assert.Equal(content, await _harness.RestoreAsync(result));
    }

    [Fact]
    public async Task A_list_that_names_nothing_after_everything_changed_is_always_found_out()
    {
        var full = await _harness.BackupAsync(Noise(1000 * Chunk));
        var content = Noise(1000 * Chunk, seed: 2);
        var request = _harness.Request(new StrictDevice(content), full) with { ChangedBlocks = [] };
        var result = await PipelineHarness.BackupAsync(request);
        Assert.Equal(ChangedBlocksUse.Refused, result.ChangedBlocks);
        Assert.Equal(content, await _harness.RestoreAsync(result));
    }

    [Fact]
    public async Task Nothing_changed_writes_no_data_and_next_to_no_metadata()
    {
        var content = Noise(3000 * Chunk);
        var full = await _harness.BackupAsync(content);
        var request = _harness.Request(new StrictDevice(content), full) with { ChangedBlocks = [] };
        var result = await PipelineHarness.BackupAsync(request);
        Assert.Equal(0, result.ChunksNew);
        Assert.Equal(result.VolumeBytes, result.BytesUnchanged);
        Assert.InRange(result.MetadataBytes, 1, 4096);
        Assert.Equal(content, await _harness.RestoreAsync(result));
    }

    [Fact]
    public async Task The_parent_may_be_deleted_afterwards()
    {
        var content = Noise(600 * Chunk);
        var full = await _harness.BackupAsync(content);
        content[0] ^= 1;
        var incremental = await _harness.BackupAsync(content, full);
        _harness.Repository.DeleteBackup(BackupId.Parse(full.BackupId));
        Assert.Equal(content, await _harness.RestoreAsync(incremental));
    }

    [Fact]
    public async Task Chunks_larger_than_the_io_size_are_read_piece_by_piece()
    {
        using var harness = new PipelineHarness(chunkSizeBytes: 1 << 20);
        var content = Noise((5 << 20) + 12_345);
        var device = new StrictDevice(content);
        var result = await harness.BackupAsync(device);
        Assert.All(device.Reads, read => Assert.InRange(read.LengthBytes, 1, 64 * 1024));
        Assert.Equal(6, result.ChunksNew);
        Assert.Equal(content, await harness.RestoreAsync(result));
    }

    [Fact]
    public async Task Full_reads_are_of_the_io_size_and_aligned_to_it()
    {
        var device = new StrictDevice(Noise(2 << 20));
        await _harness.BackupAsync(device);
        Assert.All(device.Reads, read => Assert.Equal(new Extent(read.OffsetBytes / 65536 * 65536, 65536), read));
    }

    [Fact]
    public async Task Changed_blocks_without_a_parent_are_refused() =>
        await Refuses<UsageException>(request => request with { ChangedBlocks = [] }, "parent");

    [Fact]
    public async Task Changed_blocks_beyond_the_end_are_refused()
    {
        var full = await _harness.BackupAsync(Noise(Chunk));
        await Refuses<UsageException>(
            request => request with
            {
                ParentId = BackupId.Parse(full.BackupId),
                ChangedBlocks = [new Extent(Chunk, 1)],
            },
            "beyond");
    }

    [Fact]
    public async Task A_parent_of_another_volume_is_refused()
    {
        var full = await _harness.BackupAsync(Noise(Chunk));
        await Refuses<UsageException>(
            request => request with { ParentId = BackupId.Parse(full.BackupId), VolumeId = "other" }, "other");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    public async Task A_volume_id_has_1_to_255_characters(int length) => await Refuses<UsageException>(
        request => request with { VolumeId = new string('v', length) }, "volume id");

    [Fact]
    public async Task A_base_token_that_the_repository_cannot_keep_is_refused() => await Refuses<UsageException>(
        request => request with { BaseToken = new string('t', 1 << 20) }, "base token");

    [Fact]
    public async Task A_parent_that_does_not_exist_is_refused() => await Refuses<BackupNotFoundException>(
        request => request with { ParentId = BackupId.Parse("none") }, "none");

    [Fact]
    public async Task A_backup_id_that_exists_is_refused_before_anything_is_read()
    {
        var full = await _harness.BackupAsync(Noise(Chunk));
        var device = new StrictDevice(Noise(Chunk));
        var request = _harness.Request(device) with { BackupId = BackupId.Parse(full.BackupId) };
        await Assert.ThrowsAsync<BackupExistsException>(() => PipelineHarness.BackupAsync(request));
        Assert.Empty(device.Reads);
    }

    [Fact]
    public async Task The_newest_backup_of_the_volume_is_found_by_the_word_latest()
    {
        await _harness.BackupAsync(Noise(Chunk));
        var second = await _harness.BackupAsync(Noise(Chunk));
        await PipelineHarness.BackupAsync(_harness.Request(new MemoryDevice(Noise(Chunk))) with { VolumeId = "other" });
        Assert.Equal(
            second.BackupId, ParentRules.Resolve(_harness.Repository, PipelineHarness.Volume, "latest")!.Value.Value);
        Assert.Throws<BackupNotFoundException>(() => ParentRules.Resolve(_harness.Repository, "unknown", "latest"));
    }

    [Fact]
    public async Task Backups_that_run_at_once_into_one_repository_are_all_right()
    {
        var contents = Enumerable.Range(0, 4).Select(i => Noise((2 << 20) + i, seed: i / 2)).ToArray();
        var backups = await Task.WhenAll(contents.Select(content => _harness.BackupAsync(content)));
        for (var i = 0; i < contents.Length; i++)
        {
            Assert.Equal(contents[i], await _harness.RestoreAsync(backups[i]));
        }
    }

    [Fact]
    public async Task Progress_goes_up_to_the_size_of_the_volume()
    {
        var seen = new Recorder();
        await new BackupRunner(NullLogger<BackupRunner>.Instance).RunAsync(
            _harness.Request(new MemoryDevice(Noise((3 << 20) + 1))), seen, Cancel);
        Assert.Equal((3 << 20) + 1, seen.Largest);
        Assert.True(seen.Reports > 2);
    }

    private static byte[] Noise(int bytes, int seed = 1)
    {
        var content = new byte[bytes];
        new Random(seed).NextBytes(content);
        return content;
    }

    private async Task Refuses<T>(Func<BackupRequest, BackupRequest> change, string reason)
        where T : Exception
    {
        var before = _harness.Repository.ListManifests().Count;
        var request = change(_harness.Request(new MemoryDevice(Noise(Chunk))));
        var error = await Assert.ThrowsAsync<T>(() => PipelineHarness.BackupAsync(request));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, _harness.Repository.ListManifests().Count);
    }

    private sealed class Recorder : IProgress<TransferProgress>
    {
        private readonly Lock _gate = new();

        public long Largest { get; private set; }

        public int Reports { get; private set; }

        public void Report(TransferProgress value)
        {
            lock (_gate)
            {
                Largest = Math.Max(Largest, value.DoneBytes);
                Reports++;
            }
        }
    }
}
