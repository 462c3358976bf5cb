using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Backup;

namespace BackupEngine.DataPlane.Tests.Backup;

/// <summary>
/// Incrementals with changed blocks of a volume that grew or shrank: whole chunks and parts of one, inside a leaf, at
/// the end of one and across, with what is new zeros or not.
/// </summary>
public sealed class ResizedVolumeTests
{
    private const int Chunk = PipelineHarness.SmallChunk;
    private const int Leaf = 256 * Chunk;

    private static readonly int[] Sizes =
        [1, Chunk - 1, Chunk, Chunk + 1, (3 * Chunk) + 100, Leaf - 5, Leaf, Leaf + 1, Leaf + Chunk, (2 * Leaf) + 77];

    public static TheoryData<int, int> Pairs() =>
        [.. from before in Sizes from after in Sizes where before != after select (before, after)];

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Every_size_after_every_other(int before, int after)
    {
        using var harness = new PipelineHarness();
        var content = new byte[before];
        new Random(before).NextBytes(content);
        var full = await harness.BackupAsync(content);
        foreach (var zeros in new[] { false, true })
        {
            var (grown, changed) = Change(content, after, zeros);
            var result = await PipelineHarness.BackupAsync(harness.Request(new StrictDevice(grown), full) with
            {
                ChangedBlocks = changed,
            });
            Assert.Equal(ChangedBlocksUse.Used, result.ChangedBlocks);
            Assert.Null(result.FullRead);
            Assert.Equal(grown, await harness.RestoreAsync(result));

            // And back again on top of it, nothing but the size changed.
            var (back, _) = Change(grown, before, zeros: true);
            var shrunk = await PipelineHarness.BackupAsync(harness.Request(new StrictDevice(back), result) with
            {
                ChangedBlocks = [],
            });
            Assert.Null(shrunk.FullRead);
            Assert.Equal(back, await harness.RestoreAsync(shrunk));
        }
    }

    /// <summary>Another size, and one changed byte in the middle of what both have. What grew is not named.</summary>
    private static (byte[] Content, Extent[] Changed) Change(byte[] content, int bytes, bool zeros)
    {
        var changed = new byte[bytes];
        if (!zeros)
        {
            new Random(bytes).NextBytes(changed);
        }

        var common = Math.Min(bytes, content.Length);
        content.AsSpan(0, common).CopyTo(changed);
        if (zeros)
        {
            return (changed, []);
        }

        changed[common / 2] ^= 1;
        return (changed, [new Extent(common / 2, 1)]);
    }
}
