using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.DataPlane.Backup;
using CsCheck;

namespace BackupEngine.DataPlane.Tests.Backup;

public sealed class SpotCheckSampleTests
{
    private const int Chunk = 65536;

    [Theory]
    [InlineData(32_440, 32_768, 64)]
    [InlineData(16_000_000, 16_777_216, 16_000)]
    [InlineData(990, 1000, 10)]
    [InlineData(5, 10, 1)]
    [InlineData(0, 10, 0)]
    public void A_sample_is_a_thousandth_at_least_64_and_at_most_a_hundredth_of_the_volume(
        long unchanged, long volume, long expected) =>
        Assert.Equal(expected, new SpotCheckOptions().SampleSize(unchanged, volume));

    [Fact]
    public void A_sample_holds_only_chunks_that_are_not_read_each_once() =>
        (from changed in Gen.Long[0, 9999].Array[0, 300]
         from minimum in Gen.Int[0, 500]
         from seed in Gen.Int
         select (changed, minimum, seed)).Sample(one =>
        {
            var plan = PlanOf(10_000, one.changed);
            var options = new SpotCheckOptions
            {
                MinimumChunks = one.minimum,
                MaximumShareOfVolume = 1,
                Seed = one.seed,
            };
            var sample = SpotCheckSample.Choose(plan, options);
            Assert.Equal(options.SampleSize(10_000 - plan.ChunksToRead, 10_000), sample.Length);
            Assert.Equal(sample.Distinct().Order(), sample);
            Assert.Empty(sample.Intersect(one.changed));
            Assert.All(sample, chunk => Assert.InRange(chunk, 0, 9999));
        });

    [Fact]
    public void Half_of_a_sample_is_where_mistakes_are_likely()
    {
        var plan = PlanOf(100_000, [50_000]);
        var sample = SpotCheckSample.Choose(plan, new SpotCheckOptions { Seed = 1 });
        Assert.Contains(0L, sample);
        Assert.Contains(16L, sample);
        Assert.Contains(99_999L, sample);
        Assert.Contains(49_999L, sample);
        Assert.Contains(50_001L, sample);
    }

    [Fact]
    public void Everything_is_sampled_where_that_is_asked_for()
    {
        var plan = PlanOf(300, [7]);
        var options = new SpotCheckOptions { MinimumChunks = int.MaxValue, MaximumShareOfVolume = 1 };
        var others = Enumerable.Range(0, 300).Where(chunk => chunk != 7).Select(chunk => (long)chunk);
        Assert.Equal(others, SpotCheckSample.Choose(plan, options));
    }

    /// <summary>
    /// k wrong of N chunks are found by s samples with probability 1-(1-k/N)^s: the documented one for the random half.
    /// The seeds are fixed, so this is a count, not luck.
    /// </summary>
    [Theory]
    [InlineData(0.05)]
    [InlineData(0.01)]
    [InlineData(0.001)]
    public void Wrong_chunks_are_found_as_often_as_is_documented(double share)
    {
        const int volumes = 1000;
        const int chunks = 100_000;
        var plan = PlanOf(chunks, [50_000]);
        var (found, sampled) = (0, 0);
        for (var seed = 0; seed < volumes; seed++)
        {
            var random = new Random(seed + 1_000_000);
            var wrong = new HashSet<long>();
            while (wrong.Count < chunks * share)
            {
                wrong.Add(random.NextInt64(chunks));
            }

            var sample = SpotCheckSample.Choose(plan, new SpotCheckOptions { Seed = seed });
            sampled = sample.Length;
            found += sample.Any(wrong.Contains) ? 1 : 0;
        }

        var expected = 1 - Math.Pow(1 - share, sampled);
        var deviation = Math.Sqrt(expected * (1 - expected) / volumes);
        Assert.InRange((double)found / volumes, expected - (4 * deviation) - 0.001, expected + (4 * deviation) + 0.001);
    }

    private static BackupPlan PlanOf(long chunks, long[] changed)
    {
        var shape = new TreeShape(chunks * Chunk, Chunk);
        return BackupPlanner.Changed(shape, shape, [.. changed.Select(index => new Extent(index * Chunk, 1))]);
    }
}
