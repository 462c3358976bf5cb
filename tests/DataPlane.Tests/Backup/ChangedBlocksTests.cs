using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.Tests.Backup;

public sealed class ChangedBlocksTests
{
    [Theory]
    [InlineData(-1, 1, "negative")]
    [InlineData(1, -1, "negative")]
    [InlineData(0, 1001, "beyond")]
    [InlineData(1000, 1, "beyond")]
    [InlineData(999, 2, "beyond")]
    [InlineData(long.MaxValue, 1, "beyond")]
    [InlineData(1, long.MaxValue, "beyond")]
    public void An_extent_outside_of_the_volume_is_refused_by_its_number(long offset, long length, string reason)
    {
        var error = Assert.Throws<UsageException>(
            () => ChangedBlocks.Validate([new Extent(0, 10), new Extent(offset, length)], 1000));
        Assert.Contains("entry 1", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Overlapping_unsorted_and_empty_extents_are_fine() =>
        ChangedBlocks.Validate([new(500, 500), new(0, 1000), new(1000, 0), new(600, 1)], 1000);
}
