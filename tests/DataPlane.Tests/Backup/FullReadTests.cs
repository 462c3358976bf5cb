using System.Diagnostics.Metrics;
using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.Tests.Backup;

/// <summary>
/// Whatever makes changed blocks unbelievable is a full read that the result, the log and a metric tell.
/// </summary>
public sealed class FullReadTests : IDisposable
{
    private const int Chunk = PipelineHarness.SmallChunk;
    private static readonly SpotCheckOptions NoSample = new() { MinimumChunks = 0, Share = 0 };

    private readonly PipelineHarness _harness = new();
    private readonly byte[] _content = Content();

    public void Dispose() => _harness.Dispose();

    [Theory]
    [InlineData("point 1", "point 1", null)]
    [InlineData("", "", null)]
    [InlineData("point 1", "point 2", "base_mismatch")]
    [InlineData("point 1", "Point 1", "base_mismatch")]
    [InlineData("point 1", "", "base_mismatch")]
    [InlineData("", "point 1", "base_mismatch")]
    public async Task Changed_blocks_count_from_the_base_point_of_the_parent_letter_by_letter(
        string parents, string theirs, string? fullRead)
    {
        var full = await BackupAsync(null, request => request with { BaseToken = parents });
        Assert.Equal(parents, _harness.Repository.GetManifest(BackupId.Parse(full.BackupId)).BaseToken);
        _content[7 * Chunk] ^= 1;
        var result = await BackupAsync(full, request => request with
        {
            ChangedBlocks = [new Extent(7 * Chunk, 1)],
            ChangedBlocksBase = theirs,
            BaseToken = "point 3",
        });
        AssertFullRead(result, fullRead, ChangedBlocksUse.Refused);
        if (fullRead is null)
        {
            Assert.Equal(Chunk, result.BytesRead - result.SpotCheckBytes - result.RereadBytes);
        }

        Assert.Equal(_content, await _harness.RestoreAsync(result));
    }

    [Fact]
    public async Task What_is_not_known_is_read_and_the_reason_is_told()
    {
        var full = await BackupAsync(null, request => request);
        var result = await BackupAsync(full, request => request with { ChangedBlocksUnknown = "the bitmap is gone" });
        AssertFullRead(result, "unknown", ChangedBlocksUse.None);
        Assert.Contains("the bitmap is gone", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_incremental_that_nobody_asked_changed_blocks_for_is_no_full_read_to_be_told()
    {
        var full = await BackupAsync(null, request => request);
        var result = await BackupAsync(full, request => request);
        Assert.Null(result.FullRead);
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public async Task Each_full_read_is_counted_with_its_reason()
    {
        var mine = new AsyncLocal<bool> { Value = true };
        var reasons = new List<object?>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "backupengine.backup.full_reads")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (mine.Value)
            {
                reasons.AddRange(Enumerable.Repeat(tags[0].Value, (int)value));
            }
        });
        listener.Start();
        var full = await BackupAsync(null, request => request);
        await BackupAsync(full, request => request with { ChangedBlocks = [], ChangedBlocksBase = "another" });
        await BackupAsync(full, request => request with { ChangedBlocksUnknown = "lost" });
        await BackupAsync(full, request => request with { ChangedBlocks = [] });
        Assert.Equal(["base_mismatch", "unknown"], reasons);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(30)]
    public async Task One_forgotten_chunk_is_found_within_n_incrementals_and_read_in_the_same_run(int share)
    {
        var backups = new List<BackupResult> { await BackupAsync(null, request => request) };
        _content[333 * Chunk] ^= 1;
        while (backups[^1].FullRead is null)
        {
            Assert.InRange(backups.Count, 1, share);
            backups.Add(await BackupAsync(backups[^1], request => request with
            {
                ChangedBlocks = [],
                SpotCheck = NoSample,
                VerifyChanged = share,
            }));

            // Neither deleting backups nor building on an older one lets the part begin anew.
            if (backups.Count > 3)
            {
                _harness.Repository.DeleteBackup(BackupId.Parse(backups[^3].BackupId));
            }
        }

        AssertFullRead(backups[^1], "reread", ChangedBlocksUse.Refused);
        Assert.Equal((333 * share / 1000) + 2, backups.Count);
        Assert.Contains($"offset {333 * Chunk}", Assert.Single(backups[^1].Warnings), StringComparison.Ordinal);
        Assert.Equal(_content, await _harness.RestoreAsync(backups[^1]));
    }

    [Fact]
    public async Task With_zero_nothing_is_re_read()
    {
        var full = await BackupAsync(null, request => request);
        var result = await BackupAsync(full, request => request with { ChangedBlocks = [], VerifyChanged = 0 });
        Assert.Equal(0, result.RereadBytes);
        Assert.Equal(result.SpotCheckBytes, result.BytesRead);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(100_001)]
    public async Task A_share_that_is_none_is_refused(int share)
    {
        var error = await Assert.ThrowsAsync<UsageException>(
            () => BackupAsync(null, request => request with { VerifyChanged = share }));
        Assert.Contains($"{share}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Named_and_unknown_at_once_is_refused()
    {
        var full = await BackupAsync(null, request => request);
        await Assert.ThrowsAsync<UsageException>(() => BackupAsync(
            full, request => request with { ChangedBlocks = [], ChangedBlocksUnknown = "lost" }));
    }

    private static byte[] Content()
    {
        var content = new byte[1000 * Chunk];
        new Random(1).NextBytes(content);
        return content;
    }

    private Task<BackupResult> BackupAsync(BackupResult? parent, Func<BackupRequest, BackupRequest> change) =>
        PipelineHarness.BackupAsync(change(_harness.Request(new StrictDevice(_content), parent)));

    private static void AssertFullRead(BackupResult result, string? reason, ChangedBlocksUse use)
    {
        Assert.Equal(reason, result.FullRead?.ToText());
        if (reason is null)
        {
            Assert.Equal(ChangedBlocksUse.Used, result.ChangedBlocks);
            Assert.Empty(result.Warnings);
            return;
        }

        Assert.Equal(use, result.ChangedBlocks);
        Assert.Single(result.Warnings);
        Assert.Equal(result.VolumeBytes, result.BytesRead - result.SpotCheckBytes - result.RereadBytes);
    }
}
