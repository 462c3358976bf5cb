using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Index;

namespace BackupEngine.Benchmarks.IndexScale;

/// <summary>
/// Sorted entries with uniformly distributed ids, made one after another: the gaps between sorted uniform numbers are
/// exponential. The same seed gives the same entries.
/// </summary>
internal sealed class UniformEntries(long count, int packs, ulong seed, int sampleEvery) : IEntrySource
{
    private readonly double _total = Total(count, seed);

    public long CountAtMost => count;

    /// <summary>Ids of some of the entries that were read last.</summary>
    public List<UInt128> Sample { get; } = [];

    public IEntryReader Open()
    {
        Sample.Clear();
        return new Reader(this, packs, seed);
    }

    private static double Total(long count, ulong seed)
    {
        var numbers = new Numbers(seed);
        var total = 0.0;
        for (var i = 0L; i <= count; i++)
        {
            total += numbers.Gap();
            numbers.Next();
            numbers.Next();
        }

        return total;
    }

    private sealed class Reader(UniformEntries owner, int packs, ulong seed) : IEntryReader
    {
        private readonly Numbers _numbers = new(seed);
        private double _place;
        private long _made;

        public ValueTask<int> ReadAsync(Memory<IndexEntry> batch, CancellationToken cancellationToken)
        {
            var made = (int)Math.Min(batch.Length, owner.CountAtMost - _made);
            var entries = batch.Span[..made];
            foreach (ref var entry in entries)
            {
                entry = Next();
                if (_made++ % owner.SampleEvery == 0)
                {
                    owner.Sample.Add(entry.Prefix);
                }
            }

            return ValueTask.FromResult(made);
        }

        private IndexEntry Next()
        {
            _place += _numbers.Gap();
            var high = (ulong)(_place / owner._total * ulong.MaxValue);
            var prefix = new UInt128(high, _numbers.Next());
            var where = _numbers.Next();
            var plain = PlainLengthAndFlags.Pack(64 * 1024, RecordEncoding.Lz4);
            return new IndexEntry(prefix, (uint)(where % (uint)packs), (uint)(where >> 38), 40_000, plain);
        }
    }

    private int SampleEvery => sampleEvery;

    /// <summary>SplitMix64.</summary>
    private sealed class Numbers(ulong state)
    {
        private ulong _state = state;

        public ulong Next()
        {
            var z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }

        public double Gap() => -Math.Log(((Next() >> 11) + 1) * (1.0 / (1UL << 53)));
    }
}
