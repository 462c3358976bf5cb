using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Collection;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Disk;
using BackupEngine.Chunkstore.Tests.Repositories;
using BackupEngine.Chunkstore.Verification;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Verification.Damage;

/// <summary>
/// A small repository in memory with all that a repository can hold, copied for every change that is tried on it.
/// </summary>
internal sealed class DamagedRepository
{
    public const string Root = "/repository";

    private const int ChunkSize = 4096;

    private readonly Dictionary<string, List<byte[]>> _contents = [];
    private readonly List<MemoryFileSystem> _stages = [];
    private readonly RepositorySecret? _secret;
    private MemoryFileSystem _files = new();

    private DamagedRepository(bool isEncrypted) =>
        _secret = isEncrypted ? RepositorySecret.FromKeyFile(new byte[RepositorySecret.MinimumKeyFileBytes]) : null;

    /// <summary>The repository as it was after every step that was taken to make it.</summary>
    public IReadOnlyList<MemoryFileSystem> Stages => _stages;

    /// <summary>The repository as it is.</summary>
    public MemoryFileSystem Files => _files;

    /// <summary>All files, with their contents.</summary>
    public IReadOnlyList<(string Path, byte[] Bytes)> All => Everything(_files);

    /// <summary>Makes one: a full backup, incrementals, a deleted one, one whose id was used before.</summary>
    public static async Task<DamagedRepository> MakeAsync(bool isEncrypted = false)
    {
        var made = new DamagedRepository(isEncrypted);
        var options = new RepositoryOptions { ChunkSizeBytes = ChunkSize, Secret = made._secret };
        Repository.Create(new LocalDirectoryBackend(Root, made._files), options, TimeProvider.System).Dispose();
        made.EndStage();
        var volume = SmallVolume(1);
        await made.BackUpAsync(volume, "full");
        volume.Change(1, 17);
        await made.BackUpAsync(volume, "incremental", "full");
        await made.BackUpAsync(SmallVolume(2), "reused");
        await made.BackUpAsync(SmallVolume(3), "deleted");
        made.Delete("deleted");
        made.Delete("reused");
        volume.Change(2, 18);
        await made.BackUpAsync(volume, "reused", "incremental");
        made.Protect("full");
        await made.CollectAsync();
        made.LeaveASession();
        await made.VerifyAsync();
        return made;
    }

    /// <summary>Damages a record, has it put into quarantine, and heals it: there is a quarantine then.</summary>
    public async Task QuarantineAsync()
    {
        var (path, bytes) = All.First(file => file.Path.Contains("/packs/", StringComparison.Ordinal));
        bytes[120] ^= 1;
        _files = With(path, bytes);
        Assert.False((await VerifyAsync()).Clean);
        var volume = SmallVolume(1);
        await BackUpAsync(volume, "healing");
        volume.Change(1, 17);
        await BackUpAsync(volume, "healing-too");
        Assert.True((await VerifyAsync()).Clean);
    }

    /// <summary>The repository with a file of other content, or without it.</summary>
    public MemoryFileSystem With(string path, byte[]? bytes) => With(_files, path, bytes);

    public static MemoryFileSystem With(MemoryFileSystem files, string path, byte[]? bytes)
    {
        var copy = files.Copy();
        copy.Delete(path);
        if (bytes is not null)
        {
            copy.CreateDirectory(Path.GetDirectoryName(path)!);
            using var file = copy.CreateFile(path);
            file.Write(bytes, 0);
        }

        return copy;
    }

    /// <summary>Opens, lists, restores and verifies everything.</summary>
    /// <param name="files">A changed copy.</param>
    /// <param name="what">The change, for messages.</param>
    /// <param name="gone">Backups that the change takes away.</param>
    public async Task<Outcome> TryAsync(MemoryFileSystem files, string what, params string[] gone)
    {
        Repository repository;
        try
        {
            repository = Open(files);
        }
        catch (RepositoryException)
        {
            return Outcome.FoundAtOpening;
        }

        using (repository)
        {
            return await TryAsync(repository, what, gone);
        }
    }

    public Repository Open(MemoryFileSystem files) =>
        Repository.Open(new LocalDirectoryBackend(Root, files), TimeProvider.System, _secret);

    public static IReadOnlyList<(string Path, byte[] Bytes)> Everything(MemoryFileSystem files)
    {
        var found = new List<(string, byte[])>();
        var open = new Stack<string>([Root]);
        while (open.TryPop(out var directory))
        {
            foreach (var entry in files.List(directory) ?? [])
            {
                var path = Path.Combine(directory, entry.Name);
                if (entry.IsDirectory)
                {
                    open.Push(path);
                    continue;
                }

                var bytes = new byte[entry.LengthBytes];
                files.OpenFile(path)!.Read(bytes, 0);
                found.Add((path, bytes));
            }
        }

        return [.. found.OrderBy(file => file.Item1, StringComparer.Ordinal)];
    }

    private async Task<Outcome> TryAsync(Repository repository, string what, string[] gone)
    {
        var isListed = Try(() => repository.ListManifests().Count > 0);
        _ = Try(() => repository.ListHolds().Count + repository.ListSessions().Count > 0);
        _ = Try(() => repository.ListHarmed().Count > 0);
        var isRestored = true;
        foreach (var backup in _contents.Keys.Except(gone))
        {
            isRestored &= await TryRestoreAsync(repository, backup, what);
        }

        var report = await repository.VerifyAsync(
            new VerifyOptions { Level = VerifyLevel.Data, Lanes = 1 }, null, CancellationToken.None);
        Assert.False(
            report.Clean && !(isListed && isRestored), $"{what}: what was looked at is damaged, verification is clean");
        return (isListed && isRestored, report.Clean) switch
        {
            (false, _) => Outcome.FoundByReading,
            (_, false) => Outcome.FoundByVerification,
            _ => Outcome.Harmless,
        };
    }

    private async Task<bool> TryRestoreAsync(Repository repository, string backup, string what)
    {
        try
        {
            var restored = await TestVolume.RestoreAsync(
                repository, repository.GetManifest(BackupId.Parse(backup)));
            Assert.True(
                _contents[backup].Any(content => restored.AsSpan().SequenceEqual(content)),
                $"{what}: wrong bytes of backup {backup} came back");
            return true;
        }
        catch (RepositoryException)
        {
            return false;
        }
    }

    private static bool Try(Func<bool> read)
    {
        try
        {
            return read();
        }
        catch (RepositoryException)
        {
            return false;
        }
    }

    /// <summary>Chunks that shrink to little, a chunk of zeros, and a short last one that does not shrink.</summary>
    private static TestVolume SmallVolume(int seed)
    {
        var bytes = new byte[(4 * ChunkSize) + 300];
        for (var i = 0; i < 3 * ChunkSize; i++)
        {
            bytes[i] = (byte)((i / 256) + seed);
        }

        new Random(seed).NextBytes(bytes.AsSpan(4 * ChunkSize));
        return new TestVolume(ChunkSize, bytes);
    }

    private async Task BackUpAsync(TestVolume volume, string backup, string? parent = null)
    {
        using (var repository = Open(_files))
        {
            var on = parent is null ? null : repository.GetManifest(BackupId.Parse(parent));
            await volume.BackUpAsync(repository, backup, on);
        }

        var contents = _contents.TryGetValue(backup, out var known) ? known : _contents[backup] = [];
        contents.Add([.. volume.Bytes]);
        EndStage();
    }

    private void Delete(string backup)
    {
        using (var repository = Open(_files))
        {
            repository.DeleteBackup(BackupId.Parse(backup));
        }

        if (backup == "deleted")
        {
            _contents.Remove(backup);
        }

        EndStage();
    }

    private async Task CollectAsync()
    {
        using (var repository = Open(_files))
        {
            await repository.CollectAsync(new CollectOptions(), null, CancellationToken.None);
        }

        EndStage();
    }

    private void Protect(string backup)
    {
        using (var repository = Open(_files))
        {
            repository.ProtectBackup(BackupId.Parse(backup));
        }

        EndStage();
    }

    /// <summary>A backup that goes on for ever leaves its session and a temporary file.</summary>
    private void LeaveASession()
    {
        var repository = Open(_files);
        var volume = SmallVolume(4);
        _ = repository.BeginBackup(volume.Options("running"));
        EndStage();
    }

    private async Task<VerifyReport> VerifyAsync()
    {
        using var repository = Open(_files);
        var report = await repository.VerifyAsync(
            new VerifyOptions { Level = VerifyLevel.Data }, null, CancellationToken.None);
        EndStage();
        return report;
    }

    private void EndStage() => _stages.Add(_files.Copy());
}
