using BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Disk;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Verification.Damage;

/// <summary>
/// Files that are cut, missing, exchanged or of an earlier time, and records that changed places: found, or of no harm.
/// </summary>
public sealed class FileDamageTests(ITestOutputHelper output)
{
    private const int Lengths = 1500;

    /// <summary>Kinds of files that no backup can do without.</summary>
    private static readonly string[] Needed = ["config", "index", "packs"];

    private readonly Tally _tally = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_was_cut_is_found_or_does_no_harm(bool isEncrypted)
    {
        var repository = await DamagedRepository.MakeAsync(isEncrypted);
        var seed = Environment.TickCount;
        var lengths = repository.All
            .SelectMany(file => Enumerable.Range(0, file.Bytes.Length), (file, length) => (file, length))
            .ToArray();
        new Random(seed).Shuffle(lengths);
        foreach (var (file, length) in Counts.Times > 1 ? lengths : lengths.Take(Lengths))
        {
            var files = repository.With(file.Path, file.Bytes[..length]);
            _tally.Add(file.Path, await repository.TryAsync(files, $"{file.Path} cut to {length} (seed {seed})"));
        }

        Report("files cut", $"encrypted {isEncrypted}, seed {seed}");
        Assert.All([.. Needed, "manifests"], kind => Assert.Equal(0, _tally.Of(kind, Outcome.Harmless)));
    }

    [Fact]
    public async Task A_file_that_grew_is_found_or_does_no_harm()
    {
        var repository = await DamagedRepository.MakeAsync();
        foreach (var (path, bytes) in repository.All)
        {
            foreach (var more in new byte[][] { [0], [.. bytes], new byte[70_000] })
            {
                var files = repository.With(path, [.. bytes, .. more]);
                _tally.Add(path, await repository.TryAsync(files, $"{path} with {more.Length} bytes more"));
            }
        }

        Report("files that grew", "");
        Assert.All([.. Needed, "manifests"], kind => Assert.Equal(0, _tally.Of(kind, Outcome.Harmless)));
    }

    /// <summary>A manifest that is missing is a backup that was deleted: nothing else can be told from it.</summary>
    [Fact]
    public async Task A_file_that_is_missing_is_found_or_does_no_harm()
    {
        var repository = await DamagedRepository.MakeAsync();
        foreach (var (path, _) in repository.All)
        {
            var backup = Tally.KindOf(path) == "manifests" ? Path.GetFileName(path) : "";
            _tally.Add(path, await repository.TryAsync(repository.With(path, null), $"{path} is missing", backup));
        }

        Report("files missing", "");
        Assert.Equal(1, _tally.Of("config", Outcome.FoundAtOpening));
        Assert.Equal(3, _tally.Of("manifests", Outcome.Harmless));

        // The packs and the segment of the two backups that were deleted are needed by nobody.
        Assert.InRange(_tally.Of("packs", Outcome.Harmless), 0, 4);
        Assert.InRange(_tally.Of("index", Outcome.Harmless), 0, 2);
        Assert.True(_tally.Of("packs", Outcome.FoundByReading) >= 5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Files_that_changed_places_are_found(bool isEncrypted)
    {
        var repository = await DamagedRepository.MakeAsync(isEncrypted);
        var all = repository.All;
        foreach (var (one, other) in Pairs(all))
        {
            var files = DamagedRepository.With(repository.With(one.Path, other.What), other.Path, one.What);
            _tally.Add(one.Path, await repository.TryAsync(files, $"{one.Path} and {other.Path} changed places"));
        }

        Report("pairs of files exchanged", $"encrypted {isEncrypted}");
        Assert.All([.. Needed, "manifests"], kind => Assert.Equal(0, _tally.Of(kind, Outcome.Harmless)));
    }

    /// <summary>
    /// Every file as it was after an earlier step: it was not there yet, it is back, or it had another content, which
    /// only the manifest of an id that was used twice can have. A backup that is back is restored as what it was.
    /// </summary>
    [Fact]
    public async Task A_file_of_an_earlier_time_is_found_or_does_no_harm()
    {
        var repository = await DamagedRepository.MakeAsync();
        foreach (var stage in repository.Stages)
        {
            var then = DamagedRepository.Everything(stage).ToDictionary(file => file.Path, file => file.Bytes);
            var now = repository.All.ToDictionary(file => file.Path, file => file.Bytes);
            foreach (var path in then.Keys.Union(now.Keys))
            {
                var (before, after) = (then.GetValueOrDefault(path), now.GetValueOrDefault(path));
                if (before is null == after is null && before.AsSpan().SequenceEqual(after))
                {
                    continue;
                }

                var gone = before is null && Tally.KindOf(path) == "manifests" ? Path.GetFileName(path) : "";
                _tally.Add(path, await repository.TryAsync(
                    repository.With(path, before), $"{path} as it was at an earlier time", gone));
            }
        }

        Report("files of an earlier time", "");
        Assert.True(_tally.Total > 50, $"{_tally}");
    }

    /// <summary>Records are whole wherever they lie; the index and the id in each say that they lie wrong.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Records_that_changed_places_are_found(bool isEncrypted)
    {
        var repository = await DamagedRepository.MakeAsync(isEncrypted);
        var records = repository.All
            .Where(file => Tally.KindOf(file.Path) == "packs")
            .SelectMany(file => PackRecords.Of(file.Bytes), (file, record) => (file.Path, Record: record))
            .ToList();
        foreach (var (one, other) in Pairs(records))
        {
            var files = Exchanged(repository, one, other);
            var change = $"the records at {one.What} of {one.Path} and {other.What} of {other.Path} changed places";
            _tally.Add(one.Path, await repository.TryAsync(files, change));
        }

        Report("pairs of records exchanged", $"encrypted {isEncrypted}");
        Assert.True(_tally.Total > 50, $"{_tally}");
        Assert.Equal(0, _tally.Of("packs", Outcome.Harmless));
    }

    private static MemoryFileSystem Exchanged(
        DamagedRepository repository, (string Path, Range Record) one, (string Path, Range Record) other)
    {
        var all = repository.All.ToDictionary(file => file.Path, file => file.Bytes);
        if (one.Path == other.Path)
        {
            var bytes = all[one.Path];
            byte[] exchanged =
            [
                .. bytes[..one.Record.Start],
                .. bytes[other.Record],
                .. bytes[one.Record.End..other.Record.Start],
                .. bytes[one.Record],
                .. bytes[other.Record.End..],
            ];
            return repository.With(one.Path, exchanged);
        }

        var left = PackRecords.Replace(all[one.Path], one.Record, all[other.Path][other.Record]);
        var right = PackRecords.Replace(all[other.Path], other.Record, all[one.Path][one.Record]);
        return DamagedRepository.With(repository.With(one.Path, left), other.Path, right);
    }

    private static IEnumerable<((string Path, T What) One, (string Path, T What) Other)> Pairs<T>(
        IReadOnlyList<(string Path, T What)> all) =>
        from one in all.Index()
        from other in all.Skip(one.Index + 1)
        where Tally.KindOf(one.Item.Path) == Tally.KindOf(other.Path)
        select (one.Item, other);

    private void Report(string what, string with)
    {
        output.WriteLine($"{what}: {_tally}");
        Counts.Report(what, _tally.Total, with);
    }
}
