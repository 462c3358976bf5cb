using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Tests.Encryption;
using CsCheck;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Repositories;

/// <summary>
/// Random histories of a volume against a model in memory: what is published restores to what was there at that time.
/// </summary>
public sealed class RepositoryPropertyTests
{
    private const int ChunkSize = 4096;
    private const int Chunks = 600;

    private static readonly Gen<Step> Steps = Gen.Select(
        Gen.Enum<Action>(),
        Gen.Int[0, int.MaxValue - 1],
        Gen.Int[1, 60],
        (action, seed, amount) => new Step(action, seed, amount));

    private enum Action
    {
        /// <summary>Overwrite some chunks, with content that was there before or is new.</summary>
        Write,

        /// <summary>Zero some chunks.</summary>
        Trim,

        Full,
        Incremental,

        /// <summary>
        /// Two backups of different volumes at the same time, through two openings of the repository.
        /// </summary>
        TwoAtOnce,
        Delete,

        /// <summary>A new key epoch, where there are keys.</summary>
        Rotate,
        Reopen,
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_backup_restores_to_its_point_in_time(bool encrypted) =>
        Steps.Array[4, 14].Sample(steps => RunAsync(steps, encrypted).Wait(), iter: 15, threads: 2);

    private static async Task RunAsync(Step[] steps, bool encrypted)
    {
        using var secret = encrypted ? TestKeys.File() : null;
        using var directory = TemporaryDirectory.InMemory();
        var path = directory.Sub("repository");
        Repository.Create(path, TestKeys.Options(ChunkSize, secret)).Dispose();
        var repositories = new[] { Repository.Open(path, secret), Repository.Open(path, secret) };
        var volume = TestVolume.Mixed(ChunkSize, Chunks, seed: 1);
        var model = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (number, step) in steps.Index())
        {
            await DoAsync(step, number, () => Repository.Open(path, secret), repositories, volume, model);
        }

        using var last = Repository.Open(path, secret);
        Assert.Equal(model.Keys.Order(), last.ListManifests().Select(manifest => manifest.BackupId.Value).Order());
        foreach (var (backup, bytes) in model)
        {
            await new TestVolume(ChunkSize, bytes).AssertRestoresAsync(last, backup);
        }

        Assert.Empty(last.ListSessions());
        Array.ForEach(repositories, repository => repository.Dispose());
    }

    private static async Task DoAsync(
        Step step,
        int number,
        Func<Repository> open,
        Repository[] repositories,
        TestVolume volume,
        Dictionary<string, byte[]> model)
    {
        var repository = repositories[step.Seed % 2];
        var random = new Random(step.Seed);
        switch (step.Action)
        {
            case Action.Write:
                Each(random, step.Amount, chunk => volume.Change(chunk, random.Next(50)));
                break;
            case Action.Trim:
                Each(random, step.Amount, chunk => volume.Bytes.AsSpan(chunk * ChunkSize, ChunkSize).Clear());
                break;
            case Action.Full:
                await BackUpAsync(repository, volume, $"{number}", parent: null, model);
                break;
            case Action.Incremental:
                await BackUpAsync(repository, volume, $"{number}", repository.FindLatest("volume"), model);
                break;
            case Action.TwoAtOnce:
                var other = TestVolume.Mixed(ChunkSize, Chunks, step.Seed % 3);
                await Task.WhenAll(
                    Task.Run(() => BackUpAsync(repositories[0], volume, $"{number}-a", null, model)),
                    Task.Run(() => BackUpAsync(repositories[1], other, $"{number}-b", null, model)));
                break;
            case Action.Delete when model.Count > 0:
                var victim = model.Keys.Order(StringComparer.Ordinal).ElementAt(step.Seed % model.Count);
                repository.DeleteBackup(BackupId.Parse(victim));
                model.Remove(victim);
                break;
            case Action.Rotate when repository.IsEncrypted:
                repository.KeyRing.Rotate();
                break;
            case Action.Reopen:
                repository.Dispose();
                repositories[step.Seed % 2] = open();
                break;
        }
    }

    private static void Each(Random random, int amount, System.Action<int> change)
    {
        for (var i = 0; i < amount; i++)
        {
            change(random.Next(Chunks - 1));
        }
    }

    private static async Task BackUpAsync(
        Repository repository, TestVolume volume, string backup, Manifest? parent, Dictionary<string, byte[]> model)
    {
        var options = volume.Options(backup, parent) with { CheckpointChunks = 150 };
        await using var writer = repository.BeginBackup(options);
        await volume.BackUpAsync(repository, writer);
        lock (model)
        {
            model.Add(backup, [.. volume.Bytes]);
        }
    }

    private sealed record Step(Action Action, int Seed, int Amount);
}
