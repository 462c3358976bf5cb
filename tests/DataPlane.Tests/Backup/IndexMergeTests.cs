using BackupEngine.DataPlane.Devices;

namespace BackupEngine.DataPlane.Tests.Backup;

/// <summary>The index stays small in files by itself, and its merging never fails a backup.</summary>
public sealed class IndexMergeTests : IDisposable
{
    private readonly PipelineHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    [Fact]
    public async Task Backups_merge_the_index_that_they_leave_behind()
    {
        var merges = 0;
        for (var backup = 0; backup < 20; backup++)
        {
            var content = Content(backup);
            var result = await PipelineHarness.BackupAsync(_harness.Request(new MemoryDevice(content), parent: null));
            Assert.InRange(result.IndexMerge!.SegmentsAfter, 1, 7);
            Assert.Empty(result.Warnings);
            merges += result.IndexMerge.Merges;
        }

        Assert.InRange(merges, 2, 3);
    }

    [Fact]
    public async Task Damage_that_stops_the_merging_is_told_and_the_backup_is_complete()
    {
        for (var backup = 0; backup < 7; backup++)
        {
            await _harness.BackupAsync(Content(backup));
        }

        var segment = Directory.GetFiles(Path.Combine(_harness.RepositoryPath, "index"))[0];
        var bytes = File.ReadAllBytes(segment);
        bytes[^70] ^= 1;
        File.WriteAllBytes(segment, bytes);
        var last = Content(8);
        var result = await PipelineHarness.BackupAsync(_harness.Request(new MemoryDevice(last), parent: null));
        Assert.Contains(segment, Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Equal(0, result.IndexMerge!.Merges);
    }

    private static byte[] Content(int seed)
    {
        var content = new byte[20 * PipelineHarness.SmallChunk];
        new Random(seed).NextBytes(content);
        return content;
    }
}
