using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Tests.Backends;
using BackupEngine.Chunkstore.Tests.Repositories;
using CsCheck;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Checkpoints;

/// <summary>
/// Backups that fail at random calls on the disk, several times in a row, each time gone on with by a new process: in
/// the end the restore is the volume, byte by byte.
/// </summary>
public sealed class ResumePropertyTests
{
    private const int ChunkSize = 4096;
    private const int Iterations = 25;

    private static readonly Gen<(int Seed, int Chunks, int Faults, bool Incremental)> AnyRun =
        Gen.Select(Gen.Int, Gen.Int[1, 1100], Gen.Int[0, 4], Gen.Bool);

    [Fact]
    public async Task Whatever_fails_and_however_often_the_backup_that_is_gone_on_with_is_right()
    {
        var (runs, resumed) = (0L, 0L);
        await AnyRun.SampleAsync(
            async run =>
            {
                var (attempts, leaves) = await RunAsync(run.Seed, run.Chunks, run.Faults, run.Incremental);
                Interlocked.Add(ref runs, attempts);
                Interlocked.Add(ref resumed, leaves);
            },
            iter: Iterations * Counts.Times,
            threads: 2);
        Counts.Report("interrupted runs", runs, $"leaves gone on with {resumed}");
        Assert.True(resumed > 0, "no run went on from another");
    }

    private static async Task<(int Attempts, long Resumed)> RunAsync(int seed, int chunks, int faults, bool incremental)
    {
        using var directory = TemporaryDirectory.InMemory();
        var path = directory.Sub("repository");
        var random = new Random(seed);
        var volume = TestVolume.Mixed(ChunkSize, chunks, seed);
        Manifest? parent = null;
        using (var repository = Repository.Create(path, new RepositoryOptions { ChunkSizeBytes = ChunkSize }))
        {
            parent = incremental ? await volume.BackUpAsync(repository, "parent") : null;
        }

        for (var change = random.Next(200); change > 0; change--)
        {
            volume.Change(random.Next(chunks - 1), random.Next());
        }

        var backup = new InterruptedBackup(volume, InterruptedBackup.Options(volume, "backup", parent));
        var (attempts, resumed) = (0, 0L);
        while (attempts < faults && !await TryAsync(backup, path, random))
        {
            attempts++;
        }

        if (attempts == faults)
        {
            await backup.RunAsync(path);
            resumed = backup.Resumed!.Count;
            Assert.Empty(Directory.GetFiles(Path.Combine(path, "checkpoints")));
        }

        using var after = Repository.Open(path);
        await volume.AssertRestoresAsync(after, "backup");
        return (attempts, resumed);
    }

    /// <summary>One run that may fail at any call; true where it published all the same.</summary>
    private static async Task<bool> TryAsync(InterruptedBackup backup, string path, Random random)
    {
        var files = new FaultyFileSystem(new LinuxFileSystem())
        {
            FailingCall = random.Next(1, 120),
            FailsForGood = true,
            Mode = (FaultMode)random.Next(2),
        };
        try
        {
            await backup.RunAsync(path, files);
            return true;
        }
        catch (Exception exception) when (exception is Errors.RepositoryException or IOException)
        {
            return File.Exists(Path.Combine(path, "manifests", "backup"));
        }
    }
}
