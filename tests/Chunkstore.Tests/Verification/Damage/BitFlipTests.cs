using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Disk;
using BackupEngine.Chunkstore.Verification;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Verification.Damage;

/// <summary>
/// One bit of one file is another one: it is found by the store's error, or it does no harm. Wrong bytes never come
/// back, no other exception is seen, and verification finds whatever a restore stumbles over. All bits with
/// BACKUPENGINE_LONG, else a sample.
/// </summary>
public sealed class BitFlipTests(ITestOutputHelper output)
{
    private const int Sample = 4000;

    /// <summary>Kinds of files in which every single bit is found.</summary>
    private static readonly string[] Covered = ["config", "index", "manifests", "packs", "quarantine", "verified"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_flipped_bit_is_found_or_does_no_harm(bool isEncrypted)
    {
        var repository = await DamagedRepository.MakeAsync(isEncrypted);
        await FlipAsync(repository, _ => true, Covered, $"encrypted {isEncrypted}");
    }

    [Fact]
    public async Task A_flipped_bit_of_a_quarantine_is_found()
    {
        var repository = await DamagedRepository.MakeAsync();
        await repository.QuarantineAsync();
        await FlipAsync(repository, kind => kind == "quarantine", ["quarantine"], "quarantine");
    }

    /// <summary>Whatever is wrong with a segment: packs make it again, and everything is as it was.</summary>
    [Fact]
    public async Task A_flipped_bit_of_the_index_is_healed_by_making_it_again()
    {
        var repository = await DamagedRepository.MakeAsync();
        var bits = Bits(repository, kind => kind == "index", Sample / 4, out var seed);
        foreach (var (path, bytes, bit) in bits)
        {
            var files = repository.With(path, Flipped(bytes, bit));
            using (var opened = repository.Open(files))
            {
                var report = await opened.RebuildIndexAsync(null, TestContext.Current.CancellationToken);
                Assert.Single(report.SetAside);
            }

            Assert.Equal(Outcome.Harmless, await repository.TryAsync(files, $"bit {bit} of {path}, made again"));
        }

        output.WriteLine($"{bits.Count} bits of the index, seed {seed}");
        Counts.Report("index bits flipped and healed", bits.Count, $"seed {seed}");
    }

    private async Task FlipAsync(
        DamagedRepository repository, Func<string, bool> chosen, string[] covered, string what)
    {
        Assert.Equal(Outcome.Harmless, await repository.TryAsync(repository.Files.Copy(), "nothing"));
        var tally = new Tally();
        var bits = Bits(repository, chosen, Sample, out var seed);
        foreach (var (path, bytes, bit) in bits)
        {
            var change = $"bit {bit} of {path} (seed {seed})";
            tally.Add(path, await TryAsync(repository, repository.With(path, Flipped(bytes, bit)), change));
        }

        output.WriteLine($"{what}: {tally.Total} bits flipped, seed {seed}: {tally}");
        Counts.Report("bits flipped", tally.Total, $"{what}, seed {seed}: {tally}");
        Assert.All(covered, kind => Assert.Equal(0, tally.Of(kind, Outcome.Harmless)));
    }

    private static async Task<Outcome> TryAsync(DamagedRepository repository, MemoryFileSystem files, string change)
    {
        try
        {
            return await repository.TryAsync(files, change);
        }
        catch (Exception exception) when (exception is not (RepositoryException or Xunit.Sdk.XunitException))
        {
            throw new InvalidOperationException($"{change} led to {exception.GetType().Name}", exception);
        }
    }

    private static List<(string Path, byte[] Bytes, int Bit)> Bits(
        DamagedRepository repository, Func<string, bool> chosen, int sample, out int seed)
    {
        seed = Environment.TickCount;
        var all = repository.All
            .Where(file => chosen(Tally.KindOf(file.Path)))
            .SelectMany(file => Enumerable.Range(0, file.Bytes.Length * 8), (file, bit) => (file.Path, file.Bytes, bit))
            .ToArray();
        if (Counts.Times == 1 && all.Length > sample)
        {
            new Random(seed).Shuffle(all);
            all = all[..sample];
        }

        return [.. all];
    }

    private static byte[] Flipped(byte[] bytes, int bit)
    {
        var copy = bytes.ToArray();
        copy[bit / 8] ^= (byte)(1 << (bit % 8));
        return copy;
    }
}
