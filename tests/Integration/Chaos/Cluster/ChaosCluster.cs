using System.Globalization;
using System.Text.Json;
using BackupEngine.ControlPlane.Authentication;
using BackupEngine.ControlPlane.DataPlane;
using BackupEngine.Integration.Chaos.Matrix;
using BackupEngine.Integration.Support;
using BackupEngine.Integration.Support.Network;

namespace BackupEngine.Integration.Chaos.Cluster;

/// <summary>
/// Three hosts of a network of their own: one with the API, one with the volumes and a backup service, one with a
/// backup service only. Every role is a process of its own; broker and database are real.
/// </summary>
internal sealed class ChaosCluster : IAsyncDisposable
{
    /// <summary>A claim that is not renewed for so long is taken over.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(12);

    private const string ServicePort = "8776";
    private const string VolumePort = "8777";

    private readonly List<Subject> _subjects = [];
    private readonly List<TokenUser> _users;
    private readonly HttpClient _http;
    private readonly int _seed;

    private ChaosCluster(VolumeFileSystem files, int projects, int seed)
    {
        _seed = seed;
        Network = new TestNetwork();
        Services = HubServices.Start(Network);
        Disk = new RepositoryDisk();
        VolumeDirectory = files.NewDirectory();
        var (api, a, b) = (Network.AddHost("api"), Network.AddHost("a"), Network.AddHost("b"));
        Api = Node(api, "api", ServicePort, ("VolumeHost", a.Name));
        Volume = Node(a, "volume", VolumePort, ("VolumeDirectory", VolumeDirectory), ("NbdAddress", a.Address));
        Backup = Node(a, "backup", ServicePort);
        Other = Node(b, "backup", ServicePort);
        Records = new Records(Services.PostgreSqlHere);
        Gates = new StepGates(Services.PostgreSqlHere);
        _http = new HttpClient(Network.NewHttpHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        _users = [.. Enumerable.Range(0, projects).Select(NewUser)];
    }

    public TestNetwork Network { get; }

    public HubServices Services { get; }

    public RepositoryDisk Disk { get; }

    public EngineNode Api { get; }

    /// <summary>The volume service, on host a.</summary>
    public EngineNode Volume { get; }

    /// <summary>The backup service on the host of the volumes, host a.</summary>
    public EngineNode Backup { get; }

    /// <summary>The backup service on host b.</summary>
    public EngineNode Other { get; }

    public Records Records { get; }

    public StepGates Gates { get; }

    public string VolumeDirectory { get; }

    /// <summary>The projects, each with its volume; in order of their numbers.</summary>
    public IReadOnlyList<Subject> Subjects => _subjects;

    public IReadOnlyList<EngineNode> BackupNodes => [Backup, Other];

    public IReadOnlyList<EngineNode> Nodes => [Api, Volume, Backup, Other];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Starts everything, and makes a volume with a backup for each of so many projects.</summary>
    public static async Task<ChaosCluster> StartAsync(VolumeFileSystem files, int projects, int seed)
    {
        var cluster = new ChaosCluster(files, projects, seed);
        try
        {
            await cluster.StartAsync();
            return cluster;
        }
        catch
        {
            cluster.KeepLogs("start");
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client of the data plane that a backup service started.</summary>
    public static DataPlaneClient DataPlaneOf(EngineNode node) =>
        new(new DataPlaneEndpoint(DataPlaneSocketOf(node), Supervised: true), TimeProvider.System);

    /// <summary>Where that data plane listens.</summary>
    public static string DataPlaneSocketOf(EngineNode node) =>
        Path.Combine(node.StateDirectory, "run", $"dp-{node.Host.Name}.sock");

    /// <summary>
    /// Whether a path that the kernel tells is of a volume of this cluster. Of a device that was made by a process with
    /// mounts of its own, which has ended, it is told without its mount point.
    /// </summary>
    public bool Holds(string path) =>
        path.Contains($"/{Path.GetFileName(VolumeDirectory)}/", StringComparison.Ordinal);

    /// <summary>Waits until every process answers.</summary>
    public async Task AwaitReadyAsync()
    {
        foreach (var node in Nodes)
            await node.AwaitReadyAsync();
    }

    /// <summary>Lets one host begin what comes; the other only takes over.</summary>
    public Task ChooseAsync(string host, CancellationToken cancellationToken) =>
        Records.EnableBackupHostAsync(host, cancellationToken);

    /// <summary>The backup services that are held; where none is, the one that begins what comes.</summary>
    public IReadOnlyList<EngineNode> Holders(IEnumerable<ChaosCase> cases)
    {
        var addresses = cases.Select(held => held.HeldAt).ToHashSet(StringComparer.Ordinal);
        var holders = BackupNodes.Where(node => addresses.Contains(node.Host.Address)).ToList();
        return holders.Count > 0 ? holders : BackupNodes;
    }

    /// <summary>Keeps the logs of all processes, where BACKUPENGINE_CHAOS_LOGS names a directory.</summary>
    public void KeepLogs(string name)
    {
        if (Environment.GetEnvironmentVariable("BACKUPENGINE_CHAOS_LOGS") is not { Length: > 0 } directory)
            return;
        Directory.CreateDirectory(directory);
        foreach (var (node, role) in new[] { (Api, "api"), (Volume, "volume"), (Backup, "backup"), (Other, "other") })
            File.Copy(node.LogFile, Path.Combine(directory, $"{name}-{role}.log"), overwrite: true);
    }

    public async ValueTask DisposeAsync()
    {
        await Gates.DisposeAsync();
        _http.Dispose();
        foreach (var node in Nodes)
            node.Dispose();
        Services.Dispose();
        Network.Dispose();
        RemoveLoopDevices();
        Disk.Dispose();
        Directory.Delete(VolumeDirectory, recursive: true);
    }

    private async Task StartAsync()
    {
        WriteTokens();
        await Api.StartReadyAsync();
        await Gates.InstallAsync(Token);
        Volume.Start();
        Backup.Start();
        Other.Start();
        await AwaitReadyAsync();
        foreach (var (user, number) in _users.Select((user, number) => (user, number)))
            _subjects.Add(new Subject(new ProjectUser(_http, Api.Url, user.ProjectId, user.Token), number));
        // The first backup makes the repository.
        await _subjects[0].MakeAsync(Records, _seed, Token);
        await Parallel.ForEachAsync(
            _subjects.Skip(1),
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Token },
            async (subject, token) => await subject.MakeAsync(Records, _seed, token));
    }

    private EngineNode Node(NetworkHost host, string role, string port, params (string Name, string Value)[] options) =>
        new(Network, host, role,
        [
            ("Urls", $"http://{host.Address}:{port}"),
            ("HealthUrls", $"http://{host.Address}:{port}"),
            ("Database", "postgresql"),
            // A held line of the step log is a slow answer, not a lost one.
            ("PostgreSql", Services.PostgreSql + ";Command Timeout=120"),
            ("Transport", "rabbitmq"),
            ("RabbitMq", Services.RabbitMq),
            ("Repository", Disk.Repository),
            ("LeaseSeconds", $"{(int)Lease.TotalSeconds}"),
            ("ResendSeconds", "4"),
            ("HostSilenceSeconds", "10"),
            ("VolumeRequestTimeoutSeconds", "15"),
            ("DrainSeconds", "2"),
            ("MaxConcurrentBackups", "64"),
            ("BackupPlacement", "zone"),
            ("NbdAllowPlain", "true"),
            .. options,
        ]);

    private void WriteTokens()
    {
        Directory.CreateDirectory(
            Api.StateDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var file = Path.Combine(Api.StateDirectory, TokenFile.FileName);
        File.WriteAllText(file, JsonSerializer.Serialize(
            new TokenDocument { Version = 1, Users = _users }, TokenDocumentJson.Default.TokenDocument));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static TokenUser NewUser(int number)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{number:x32}");
        return new TokenUser
        {
            Name = $"user{number}",
            UserId = id,
            ProjectId = id,
            Roles = ["member", "reader"],
            Token = "token-of-a-test-" + id,
        };
    }

    /// <summary>The users' own connections stay when the engine is gone.</summary>
    private void RemoveLoopDevices()
    {
        foreach (var line in Command.Run("losetup", "--list", "--noheadings", "--output", "NAME,BACK-FILE").Split('\n'))
        {
            if (Holds(line))
                Command.Run("losetup", "--detach", line.Split(' ')[0]);
        }
    }
}
