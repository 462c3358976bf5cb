using BackupEngine.Integration.Support;

namespace BackupEngine.Integration.Deployment.ManyBackups;

/// <summary>A host with every role, volumes of its own, and limits.</summary>
internal sealed class BackupHost : IAsyncDisposable
{
    private const int AtOnce = 8;
    private const int DataMiB = 2;

    private readonly string _directory;
    private readonly List<Guid> _begun = [];
    private BlockStorage? _user;
    private BlockStorage? _admin;

    private BackupHost(
        VolumeFileSystem files, int perHost, int perBackend, IEnumerable<(string Name, string Value)> shared)
    {
        (_directory, MostPerHost, MostPerBackend) = (files.NewDirectory(), perHost, perBackend);
        Process = new ServeProcess(
        [
            .. shared,
            ("Host", Name),
            ("VolumeDirectory", _directory),
            ("MaxConcurrentBackups", $"{perHost}"),
            ("MaxConcurrentPerBackend", $"{perBackend}"),
            .. new[] { "Volumes", "Snapshots", "Gigabytes", "Backups", "BackupGigabytes" }
                .Select(quota => ("Quota" + quota, "-1")),
        ]);
    }

    public string Name { get; } = "many-" + Guid.NewGuid().ToString("N")[..8];

    public int MostPerHost { get; }

    public int MostPerBackend { get; }

    public ServeProcess Process { get; }

    public HashSet<Guid> Volumes { get; } = [];

    public BlockStorage User => _user ??= new BlockStorage(Process.HealthUrl, Process.StateDirectory);

    public BlockStorage Admin =>
        _admin ??= new BlockStorage(Process.HealthUrl, Process.StateDirectory, userName: "admin");

    private static ParallelOptions Some => new()
    {
        MaxDegreeOfParallelism = AtOnce,
        CancellationToken = TestContext.Current.CancellationToken,
    };

    /// <summary>Starts it and waits until it is ready.</summary>
    public static async Task<BackupHost> StartAsync(
        VolumeFileSystem files, int perHost, int perBackend, IEnumerable<(string Name, string Value)> shared)
    {
        var host = new BackupHost(files, perHost, perBackend, shared);
        await host.Process.ReadyAsync();
        return host;
    }

    /// <summary>Makes sparse volumes with a little in each.</summary>
    public async Task MakeVolumesAsync(int count)
    {
        var made = new Guid[count];
        await Parallel.ForAsync(0, count, Some, async (i, _) =>
        {
            made[i] = await User.CreateVolumeAsync();
            var file = Directory.EnumerateFiles(_directory, $"*{made[i]}*", SearchOption.AllDirectories).Single();
            Device.Fill(file, 0, DataMiB << 20, seed: i);
        });
        Volumes.UnionWith(made);
    }

    /// <summary>Asks for backups of the first volumes.</summary>
    public Task BeginAsync(int count)
    {
        _begun.Clear();
        return Parallel.ForEachAsync(Volumes.Take(count), Some, async (volume, _) =>
        {
            var backup = await User.BeginBackupAsync(volume);
            lock (_begun)
                _begun.Add(backup);
        });
    }

    /// <summary>Everything that was asked for last is there.</summary>
    public Task AssertAvailableAsync() =>
        Parallel.ForEachAsync(_begun, Some, async (backup, _) => await User.AwaitBackupAsync(backup, "available"));

    public async ValueTask DisposeAsync()
    {
        _user?.Dispose();
        _admin?.Dispose();
        await Process.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
