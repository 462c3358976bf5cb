using BackupEngine.Chunkstore.Collection;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Tests.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Collecting;

/// <summary>
/// Two collectors in a loop while four writers back up, restore and delete, each with an opening of its own. Their
/// volumes share chunks, so that one deletes what the other is about to rely on.
/// </summary>
public sealed class ConcurrentCollectionTests(ITestOutputHelper output) : IDisposable
{
    private const int Writers = 4;
    private const int Chunks = 120;
    private const int Alphabet = 200;

    private readonly CollectedRepository _store = new();
    private readonly byte[][] _alphabet =
        [.. CollectedRepository.Random(Alphabet, seed: 99).Bytes.Chunk(CollectedRepository.ChunkSize)];

    private int _restored;
    private int _collected;
    private int _ended;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Every_restore_is_right_while_everything_goes_on_at_once()
    {
        var seed = Environment.TickCount;
        var rounds = 12 * Counts.Times;
        using var stop = new CancellationTokenSource();
        var collectors = Enumerable.Range(0, 2).Select(number => CollectAsync(number, stop.Token)).ToList();
        var writers = Enumerable.Range(0, Writers)
            .Select(number => Task.Run(() => WriteAsync(number, new Random(seed + number), rounds)));
        try
        {
            await Task.WhenAll(writers);
        }
        finally
        {
            await stop.CancelAsync();
        }

        await Task.WhenAll(collectors);
        await _store.AssertIntactAsync();
        output.WriteLine($"{_restored} restores, {_collected} collections, {_ended} backups ended by a collector");
        Counts.Report("concurrent rounds", rounds * Writers, $"seed {seed}");
    }

    private async Task CollectAsync(int number, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            using var repository = _store.OpenAgain();
            var options = new CollectOptions
            {
                ThresholdPercent = 50 * number,
                FenceAfter = number == 0 ? TimeSpan.FromMinutes(10) : TimeSpan.FromMilliseconds(40),
            };
            try
            {
                await repository.CollectAsync(options, progress: null, CancellationToken.None);
                Interlocked.Increment(ref _collected);
            }
            catch (RepositoryException exception) when (exception is not CorruptDataException)
            {
                // The other collector has ended this one.
                Interlocked.Increment(ref _ended);
            }
        }
    }

    private async Task WriteAsync(int number, Random random, int rounds)
    {
        var own = new List<(Manifest Manifest, TestVolume Volume)>();
        for (var round = 0; round < rounds; round++)
        {
            using var repository = _store.OpenAgain();
            var parent = own.Count > 0 && random.Next(2) == 0 ? own[random.Next(own.Count)].Manifest : null;
            var id = $"backup-{number}-{round}";
            var volume = Volume(random);
            lock (_store)
            {
                _store.Expect(id, volume);
            }

            if (await TryBackUpAsync(repository, id, volume, parent) is { } manifest)
            {
                own.Add((manifest, volume));
            }

            await RestoreAllAsync(repository, own);
            while (own.Count > 0 && random.Next(3) > 0)
            {
                var victim = random.Next(own.Count);
                repository.DeleteBackup(own[victim].Manifest.BackupId);
                own.RemoveAt(victim);
            }
        }
    }

    private async Task<Manifest?> TryBackUpAsync(Repository repository, string id, TestVolume volume, Manifest? parent)
    {
        try
        {
            return await volume.BackUpAsync(repository, id, parent);
        }
        catch (RepositoryException exception) when (exception is not CorruptDataException)
        {
            Interlocked.Increment(ref _ended);
            return null;
        }
    }

    private async Task RestoreAllAsync(Repository repository, List<(Manifest Manifest, TestVolume Volume)> backups)
    {
        foreach (var (manifest, volume) in backups)
        {
            using var reading = repository.BeginRead(manifest);
            await volume.AssertRestoresAsync(repository, manifest.BackupId.Value);
            Interlocked.Increment(ref _restored);
        }
    }

    private TestVolume Volume(Random random) => new(
        CollectedRepository.ChunkSize,
        [.. Enumerable.Range(0, Chunks).SelectMany(_ => _alphabet[random.Next(Alphabet)])]);
}
