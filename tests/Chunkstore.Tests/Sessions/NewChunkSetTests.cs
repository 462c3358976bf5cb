using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Sizing;
using CsCheck;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Sessions;

/// <summary>The set against a dictionary.</summary>
public sealed class NewChunkSetTests
{
    private static readonly Gen<UInt128[]> Prefixes = Gen.OneOf(
            Gen.Select(Gen.ULong, Gen.ULong, (high, low) => new UInt128(high, low)),
            Gen.UInt[0, 100].Select(low => (UInt128)low))
        .Array[0, 500];

    [Fact]
    public void It_claims_what_is_new_and_gives_it_back_sorted() => Prefixes.Sample(prefixes =>
    {
        var set = new NewChunkSet();
        for (var round = 0; round < 2; round++)
        {
            var model = new Dictionary<UInt128, IndexEntry>();
            foreach (var (i, prefix) in prefixes.Index())
            {
                var entry = new IndexEntry(prefix, 7, (uint)(64 + i), 1, 2);
                Assert.Equal(model.TryAdd(prefix, entry), set.TryClaim(prefix));
                set.Complete(model[prefix]);
                Assert.True(set.Contains(prefix));
                Assert.Equal(model.Count, set.Count);
                Assert.Equal(model.ContainsKey(prefix + 1), set.Contains(prefix + 1));
            }

            var entries = new IndexEntry[set.Count];
            set.CopySorted(entries);
            Assert.Equal(model.Values.OrderBy(entry => entry.Prefix), entries);
            set.Clear();
            Assert.Equal(0, set.Count);
            Assert.DoesNotContain(prefixes, set.Contains);
        }
    });

    [Fact]
    public void A_claim_that_was_never_kept_is_not_passed_over()
    {
        var set = new NewChunkSet();
        Assert.True(set.TryClaim(5));
        Assert.True(set.Contains(5));
        Assert.Throws<InvalidOperationException>(() => set.CopySorted(new IndexEntry[1]));
    }

    [Fact]
    public void What_a_set_takes_is_what_is_said_of_it() => Gen.Int[1, 20_000].Sample(
        chunks =>
        {
            // All tables that there ever were together are less than twice the last ones.
            var taken = ThreadAllocations.Of(() => ClaimRandom(chunks));
            Assert.InRange(taken, 0, 2 * NewChunkSet.BytesFor(chunks + (chunks / 8) + 64));
            Assert.InRange(3 * NewChunkSet.BytesFor(chunks), 0, NewChunkMemory.BytesFor(chunks) * 2);
        },
        iter: 20);

    private static void ClaimRandom(int chunks)
    {
        var random = new Random(chunks);
        var set = new NewChunkSet();
        for (var i = 0; i < chunks; i++)
        {
            var (high, low) = (2 * (ulong)random.NextInt64(), 2 * (ulong)random.NextInt64());
            set.TryClaim(new UInt128(high, low ^ (ulong)i));
        }
    }

    [Fact]
    public async Task Of_many_who_claim_one_chunk_one_wins()
    {
        var set = new NewChunkSet();
        var won = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            _ => Task.Run(() => Enumerable.Range(0, 20_000).Count(i => set.TryClaim((UInt128)i << 60)))));
        Assert.Equal(20_000, won.Sum());
    }
}
