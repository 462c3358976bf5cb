using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Restore;
using BackupEngine.DataPlane.Tests.Backup;

namespace BackupEngine.DataPlane.Tests.Restore;

/// <summary>Damage in the repository: what is restored all the same, and what is said of the rest.</summary>
public sealed class KeepGoingTests : IDisposable
{
    private const int Chunk = PipelineHarness.SmallChunk;
    private const int VolumeBytes = (700 * Chunk) + 1234;

    private readonly PipelineHarness _harness = new();
    private readonly byte[] _content = new byte[VolumeBytes];

    public KeepGoingTests()
    {
        new Random(1).NextBytes(_content);
        _content.AsSpan(100 * Chunk, 200 * Chunk).Clear();

        // One chunk at many places: on end, and scattered.
        var repeated = _content.AsSpan(10 * Chunk, Chunk);
        for (var place = 20; place < 60; place++)
        {
            repeated.CopyTo(_content.AsSpan(place * Chunk));
        }

        repeated.CopyTo(_content.AsSpan(400 * Chunk));
        repeated.CopyTo(_content.AsSpan(402 * Chunk));
    }

    public void Dispose() => _harness.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Damaged_chunks_are_listed_and_left_alone_and_the_rest_is_restored(bool onlyDifferences)
    {
        var backup = await _harness.BackupAsync(_content);
        ForEachPack(bytes =>
        {
            for (var at = 3 * Chunk; at < bytes.Length - (64 * 1024); at += 50 * Chunk)
            {
                bytes[at] ^= 1;
            }

            return bytes;
        });
        var target = Filled();
        var result = await RestoreAsync(backup, target, onlyDifferences);
        Assert.False(result.Complete);
        Assert.InRange(result.HarmedBytes, Chunk, VolumeBytes / 4);
        AssertRestoredBut(result, target);
        Assert.Contains(result.Warnings, text => text.Contains("INCOMPLETE", StringComparison.Ordinal));
    }

    /// <summary>A chunk that many places want is harmed at all of them.</summary>
    [Fact]
    public async Task A_repeated_chunk_that_is_damaged_harms_every_place_that_wants_it()
    {
        var backup = await _harness.BackupAsync(_content);
        var id = _harness.Repository.ChunkHasher.Hash(_content.AsSpan(10 * Chunk, Chunk));
        var bytes = new byte[32];
        id.CopyTo(bytes);
        ForEachPack(pack =>
        {
            var at = pack.AsSpan().IndexOf(bytes);
            if (at >= 0)
            {
                pack[at + 1000] ^= 1;
            }

            return pack;
        });
        var target = Filled();
        var result = await RestoreAsync(backup, target);
        Assert.Equal(
            [(10, 1), (20, 40), (400, 1), (402, 1)],
            result.Harmed.Select(range => ((int)(range.Offset / Chunk), (int)(range.Length / Chunk))));
        AssertRestoredBut(result, target);
    }

    [Fact]
    public async Task Where_packs_are_cut_off_or_gone_the_rest_is_restored()
    {
        var backup = await _harness.BackupAsync(_content);
        ForEachPack(bytes => bytes[..(bytes.Length / 2)]);
        var target = Filled();
        var result = await RestoreAsync(backup, target);
        Assert.InRange(result.HarmedBytes, VolumeBytes / 8, VolumeBytes - (200 * Chunk));
        AssertRestoredBut(result, target);
    }

    [Fact]
    public async Task Without_being_told_to_go_on_it_stops_at_the_first_damaged_chunk()
    {
        var backup = await _harness.BackupAsync(_content);
        ForEachPack(bytes => bytes[..(bytes.Length / 2)]);
        var error = await Assert.ThrowsAnyAsync<Exception>(
            () => PipelineHarness.RestoreAsync(_harness.RestoreRequest(backup, Filled())));
        Assert.Equal(ExitCode.CorruptData, Failure.Of(error).Code);
    }

    [Fact]
    public async Task A_chunk_that_many_places_want_is_read_once()
    {
        var content = new byte[600 * Chunk];
        new Random(2).NextBytes(content.AsSpan(0, Chunk));
        for (var place = 1; place < 600; place++)
        {
            content.AsSpan(0, Chunk).CopyTo(content.AsSpan(place * Chunk));
        }

        var backup = await _harness.BackupAsync(content);
        var target = new WatchedDevice(new byte[content.Length]);
        var result = await PipelineHarness.RestoreAsync(_harness.RestoreRequest(backup, target));
        Assert.Equal(content, target.Content);
        Assert.Equal(content.Length, target.Written);
        Assert.InRange(result.Stages.Table.Single(row => row.Stage == "pack_read").Bytes, Chunk, 2 * Chunk);
    }

    [Fact]
    public async Task A_target_that_is_not_zero_as_it_was_said_to_be_is_zeroed()
    {
        var backup = await _harness.BackupAsync(_content);
        var target = Filled();
        var result = await PipelineHarness.RestoreAsync(
            _harness.RestoreRequest(backup, target) with { TargetIsZero = true });
        Assert.Equal(_content, target.Content);
        Assert.Contains("was said to read as zeros", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    private static WatchedDevice Filled()
    {
        var content = new byte[VolumeBytes];
        content.AsSpan().Fill(0xEE);
        return new WatchedDevice(content);
    }

    private Task<RestoreResult> RestoreAsync(BackupResult backup, WatchedDevice target, bool onlyDifferences = false) =>
        new RestoreRunner(Microsoft.Extensions.Logging.Abstractions.NullLogger<RestoreRunner>.Instance).RunAsync(
            _harness.RestoreRequest(backup, target) with { KeepGoing = true, OnlyDifferences = onlyDifferences },
            null,
            TestContext.Current.CancellationToken);

    private void AssertRestoredBut(RestoreResult result, WatchedDevice target)
    {
        var expected = _content.ToArray();
        foreach (var range in result.Harmed)
        {
            expected.AsSpan((int)range.Offset, (int)range.Length).Fill(0xEE);
        }

        Assert.Equal(result.HarmedBytes, result.Harmed.Sum(range => range.Length));
        Assert.True(target.Content.AsSpan().SequenceEqual(expected), "the target holds something else");
    }

    private void ForEachPack(Func<byte[], byte[]> change)
    {
        foreach (var pack in Directory.GetFiles(_harness.RepositoryPath, "*", SearchOption.AllDirectories)
            .Where(path => new FileInfo(path).Length > 1 << 20))
        {
            File.SetUnixFileMode(pack, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.WriteAllBytes(pack, change(File.ReadAllBytes(pack)));
        }
    }
}
