using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Tests.CrashSafety.Disk;
using BackupEngine.Chunkstore.Tests.Repositories;
using BackupEngine.Chunkstore.Verification;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.CrashSafety;

/// <summary>
/// What must hold after a loss of power: the repository opens, what was promised is there and restores byte for byte,
/// what is there besides is whole, verification is clean, and work goes on.
/// </summary>
internal static class CrashCheck
{
    private static readonly TestVolume Next = TestVolume.Mixed(CrashRun.ChunkSize, 20, seed: 99);

    /// <summary>Checks one state; the run is on a disk that holds it, and goes on there.</summary>
    public static async Task RunAsync(CrashRun run, IReadOnlyDictionary<string, PromiseKind> promised)
    {
        using var repository = OpenOrCreate(run, promised);
        run.Promise(CrashRun.Created, PromiseKind.Is);
        foreach (var (subject, kind) in promised)
        {
            if (CrashRun.BackupOf(subject) is { } backup && kind == PromiseKind.Is)
            {
                run.Promise(subject, PromiseKind.Is);
                Assert.Contains(repository.ListManifests(), manifest => manifest.BackupId.Value == backup);
            }
        }

        foreach (var manifest in repository.ListManifests())
        {
            var subject = CrashRun.BackupSubject(manifest.BackupId.Value);
            Assert.NotEqual(PromiseKind.IsNot, promised.GetValueOrDefault(subject));
            run.Promise(subject, PromiseKind.Is);
        }

        await AssertRestoresAsync(run, repository);
        await AssertCleanAsync(repository);
        await GoOnAsync(run, repository);
        await AssertCleanAsync(repository);
    }

    /// <summary>The processes of a state have died with the power: the state is that of another boot.</summary>
    public static DiskImage AfterReboot(DiskImage image) => image with
    {
        Entries = [.. image.Entries.Select(entry => IsSessionRecord(entry.Path)
            ? (entry.Path, OfAnotherBoot(entry.Bytes!, entry.Path))
            : entry)],
    };

    private static bool IsSessionRecord(string path) => path.Contains("/sessions/", StringComparison.Ordinal);

    /// <summary>A record that cannot be read stays as it is.</summary>
    private static byte[] OfAnotherBoot(byte[] bytes, string path)
    {
        try
        {
            var record = SessionRecordFile.Read(bytes, path);
            return SessionRecordFile.Write(record with { Process = record.Process with { BootId = "another" } });
        }
        catch (CorruptDataException)
        {
            return bytes;
        }
    }

    private static Repository OpenOrCreate(CrashRun run, IReadOnlyDictionary<string, PromiseKind> promised)
    {
        var keys = promised.Where(pair => CrashRun.KeyOf(pair.Key) is not null).ToList();
        foreach (var (subject, _) in keys.Where(pair => pair.Value == PromiseKind.IsNot))
        {
            Assert.Throws<RepositoryKeyException>(() => run.Open(CrashRun.KeyOf(subject)));
        }

        var key = run.Secrets.Keys.FirstOrDefault();
        foreach (var (subject, _) in keys.Where(pair => pair.Value == PromiseKind.Is))
        {
            key = CrashRun.KeyOf(subject);
            run.Open(key).Dispose();
        }

        try
        {
            return run.Open(key);
        }
        catch (RepositoryFormatException) when (
            promised.GetValueOrDefault(CrashRun.Created) != PromiseKind.Is && !run.HasConfig)
        {
            return run.Create(key);
        }
    }

    private static async Task AssertRestoresAsync(CrashRun run, Repository repository)
    {
        foreach (var manifest in repository.ListManifests())
        {
            await run.Volumes[manifest.BackupId.Value].AssertRestoresAsync(repository, manifest.BackupId.Value);
        }
    }

    private static async Task AssertCleanAsync(Repository repository)
    {
        var options = new VerifyOptions { Level = VerifyLevel.Data, Lanes = 1 };
        var report = await repository.VerifyAsync(options, progress: null, CancellationToken.None);
        Assert.Empty(report.Faults.Select(fault => $"{fault.File}: {fault.Message}"));
        Assert.Empty(report.Warnings);
        Assert.True(report.Clean);
    }

    /// <summary>The next backups, with a parent and without, and the deletion of everything that was before.</summary>
    private static async Task GoOnAsync(CrashRun run, Repository repository)
    {
        var old = repository.ListManifests();
        var sessions = repository.ListSessions().Select(session => session.Id.ToString()).ToList();
        var last = old.Count > 0 ? run.Volumes[old[^1].BackupId.Value] : Next;
        await run.BackUpAsync(repository, $"after-{run.Losses}", last);
        if (ProcessIdentity.Current.MachineId.Length > 0)
        {
            Assert.Empty(repository.ListSessions());
            Assert.DoesNotContain(
                run.Disk.List(CrashRun.Root + "/tmp")!, file => sessions.Contains(file.Name[..32]));
        }

        await run.BackUpAsync(repository, $"later-{run.Losses}", Next, old.Count > 0 ? old[0].BackupId.Value : null);
        await AssertRestoresAsync(run, repository);
        foreach (var manifest in old)
        {
            run.Delete(repository, manifest.BackupId.Value);
        }

        await CrashRun.CollectAsync(repository);
        await AssertRestoresAsync(run, repository);
    }
}
