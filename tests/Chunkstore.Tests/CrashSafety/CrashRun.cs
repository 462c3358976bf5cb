using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Collection;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Tests.CrashSafety.Disk;
using BackupEngine.Chunkstore.Tests.Repositories;

namespace BackupEngine.Chunkstore.Tests.CrashSafety;

/// <summary>
/// Work on a repository on a <see cref="RecordingDisk"/>, with what it was told at which moment: a loss of power at
/// that moment must leave all of it true.
/// </summary>
internal sealed class CrashRun(Func<IFileSystem, IFileSystem>? wrap = null)
{
    public const int ChunkSize = 4096;

    public const string Root = "/repository";

    /// <summary>The subject of the promise that there is a repository.</summary>
    public const string Created = "repository";

    private const string BackupPrefix = "backup ";
    private const string KeyPrefix = "key ";

    private readonly Lock _lock = new();
    private readonly List<Promise> _promises = [];

    public RecordingDisk Disk { get; private init; } = new();

    /// <summary>What each backup is to restore to.</summary>
    public Dictionary<string, TestVolume> Volumes { get; private init; } = new(StringComparer.Ordinal);

    /// <summary>Keys of an encrypted repository, by their names.</summary>
    public Dictionary<string, RepositorySecret> Secrets { get; private init; } = new(StringComparer.Ordinal);

    /// <summary>How often the power was lost before.</summary>
    public int Losses { get; private init; }

    /// <summary>Options of every backup but the id, the volume and the parent.</summary>
    public Func<BackupWriterOptions, BackupWriterOptions> Options { get; init; } =
        options => options with { PackSizeBytes = 64 * 1024, CheckpointChunks = 12 };

    /// <summary>Whether there is a configuration, whatever it holds.</summary>
    public bool HasConfig => Disk.List(Root)?.Any(entry => entry.Name == "config") == true;

    public static string BackupSubject(string backup) => BackupPrefix + backup;

    public static string KeySubject(string key) => KeyPrefix + key;

    public static string? BackupOf(string subject) => After(subject, BackupPrefix);

    public static string? KeyOf(string subject) => After(subject, KeyPrefix);

    /// <summary>What is left of a run, on a disk of its own where everything is durable.</summary>
    /// <param name="image">What is left.</param>
    /// <param name="promised">What was promised of keys and of the repository; of backups those count that are
    /// found.</param>
    public CrashRun ContinueOn(DiskImage image, IReadOnlyDictionary<string, PromiseKind> promised)
    {
        var after = new CrashRun
        {
            Disk = new RecordingDisk(image),
            Volumes = new(Volumes, StringComparer.Ordinal),
            Secrets = Secrets,
            Options = Options,
            Losses = Losses + 1,
        };
        foreach (var (subject, kind) in promised.Where(pair => BackupOf(pair.Key) is null))
        {
            after.Promise(subject, kind);
        }

        return after;
    }

    /// <summary>
    /// What is on the disk now, on a disk of its own where all of it is durable: what was done before is not explored.
    /// </summary>
    /// <param name="wrapper">Stands before the new disk; null for none.</param>
    /// <param name="damage">Changes the files on their way, by their paths; null leaves them as they are.</param>
    public CrashRun OnDurableDisk(
        Func<IFileSystem, IFileSystem>? wrapper = null, Action<SortedDictionary<string, byte[]?>>? damage = null)
    {
        var entries = DiskImage.EntriesOf(Disk, Root);
        damage?.Invoke(entries);
        var next = new CrashRun(wrapper)
        {
            Disk = new RecordingDisk(new DiskImage([.. entries.Select(entry => (entry.Key, entry.Value))], "")),
            Volumes = new(Volumes, StringComparer.Ordinal),
            Secrets = Secrets,
            Options = Options,
            Losses = Losses,
        };
        foreach (var (subject, kind) in PromisedAt(Disk.Now + 1))
        {
            next.Promise(subject, kind);
        }

        return next;
    }

    /// <summary>What must be so when the power is lost at a moment; what nobody spoke of must not be.</summary>
    public SortedDictionary<string, PromiseKind> PromisedAt(long time)
    {
        var promised = new SortedDictionary<string, PromiseKind>(StringComparer.Ordinal);
        foreach (var promise in _promises.Where(promise => promise.Time < time))
        {
            promised[promise.Subject] = promise.Kind;
        }

        return promised;
    }

    public void Promise(string subject, PromiseKind kind)
    {
        lock (_lock)
        {
            _promises.Add(new Promise(Disk.Now, subject, kind));
        }
    }

    public LocalDirectoryBackend Backend() => new(Root, wrap is null ? Disk : wrap(Disk));

    public Repository Create(string? key = null)
    {
        Promise(Created, PromiseKind.MayBe);
        var secret = key is null ? null : Secrets[key];
        var options = new RepositoryOptions { ChunkSizeBytes = ChunkSize, Secret = secret };
        var repository = Repository.Create(Backend(), options, TimeProvider.System);
        Promise(Created, PromiseKind.Is);
        if (key is not null)
        {
            Promise(KeySubject(key), PromiseKind.Is);
        }

        return repository;
    }

    public Repository Open(string? key = null) =>
        Repository.Open(Backend(), TimeProvider.System, key is null ? null : Secrets[key]);

    public async Task BackUpAsync(Repository repository, string backup, TestVolume volume, string? parent = null)
    {
        lock (_lock)
        {
            Volumes[backup] = volume;
        }

        var on = parent is null ? null : repository.GetManifest(BackupId.Parse(parent));
        await using var writer = repository.BeginBackup(Options(volume.Options(backup, on)));
        Promise(BackupSubject(backup), PromiseKind.MayBe);
        await volume.BackUpAsync(repository, writer);
        Promise(BackupSubject(backup), PromiseKind.Is);
    }

    public void Delete(Repository repository, string backup)
    {
        Promise(BackupSubject(backup), PromiseKind.MayBe);
        repository.DeleteBackup(BackupId.Parse(backup));
        Promise(BackupSubject(backup), PromiseKind.IsNot);
    }

    /// <summary>Collects; no session is waited for, as none can answer.</summary>
    public static Task<CollectReport> CollectAsync(Repository repository) => repository.CollectAsync(
        new CollectOptions { FenceAfter = TimeSpan.Zero }, progress: null, CancellationToken.None);

    private static string? After(string subject, string prefix) =>
        subject.StartsWith(prefix, StringComparison.Ordinal) ? subject[prefix.Length..] : null;
}
