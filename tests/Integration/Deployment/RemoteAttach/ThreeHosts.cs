using System.Net;
using BackupEngine.ControlPlane.Tests.Support;
using BackupEngine.Integration.Support;
using BackupEngine.Integration.Support.Network;

namespace BackupEngine.Integration.Deployment.RemoteAttach;

/// <summary>
/// Hosts with broker and database apart: <c>a</c> has the volumes, <c>b</c> makes the backups, <c>c</c> answers users;
/// where it is asked for, <c>d</c> makes backups as well. Between them TLS everywhere.
/// </summary>
internal sealed class ThreeHosts : IAsyncDisposable
{
    private readonly TestNetwork _network = new();
    private readonly TestCertificates _certificates = new();
    private readonly string _repository = Directory.CreateTempSubdirectory("be-repository-").FullName;
    private readonly List<EngineNode> _nodes = [];
    private readonly Dictionary<string, string> _directories = new(StringComparer.Ordinal);
    private HubServices? _hub;

    private ThreeHosts(string volumes) => Volumes = volumes;

    /// <summary>The volume directory of host a.</summary>
    public string Volumes { get; }

    /// <summary>
    /// What the path of a loop device's file has in it, also where its mount point is left out: that of a process with
    /// mounts of its own, which has ended.
    /// </summary>
    private string LoopDevicesOf => $"/{Path.GetFileName(Volumes)}/";

    public EngineNode A => _nodes[0];

    public EngineNode B => _nodes[1];

    public EngineNode C => _nodes[2];

    public BlockStorage User { get; private set; } = null!;

    /// <param name="files">Where the volumes are.</param>
    /// <param name="options">Options of every host beside those that they need.</param>
    public static Task<ThreeHosts> StartAsync(
        VolumeFileSystem files, params (string Name, string Value)[] options) => StartAsync(files, false, options);

    /// <summary>With a second backup host, d.</summary>
    public static Task<ThreeHosts> StartWithTwoBackupHostsAsync(
        VolumeFileSystem files, params (string Name, string Value)[] options) => StartAsync(files, true, options);

    /// <summary>Pulls a host's cable, and puts it in again.</summary>
    public void Cut(string host) => _network.Cut(HostOf(host));

    public void Heal(string host) => _network.Heal(HostOf(host));

    private NetworkHost HostOf(string name) => _nodes.Find(node => node.Host.Name == name)!.Host;

    private static async Task<ThreeHosts> StartAsync(
        VolumeFileSystem files, bool twoBackupHosts, (string Name, string Value)[] options)
    {
        var hosts = new ThreeHosts(files.NewDirectory());
        try
        {
            await hosts.BringUpAsync(twoBackupHosts, options);
            return hosts;
        }
        catch
        {
            await hosts.DisposeAsync();
            throw;
        }
    }

    /// <summary>Directory with the certificates of a host that is none of ours, signed by the same authority.</summary>
    public string NewStranger() => _certificates.NewHost("stranger", IPAddress.Parse(A.Host.Address));

    /// <summary>Directory with the certificates of a host.</summary>
    public string CertificatesOf(string host) => _directories[host];

    /// <summary>The qemu-nbd that serves a volume of host a now, by its command line; null when none does.</summary>
    public (int Id, string Uri, string Connector)? FindServer()
    {
        foreach (var id in A.Host.Namespace.ProcessIds())
        {
            var arguments = CommandLine(id);
            if (Path.GetFileName(arguments[0]) == "qemu-nbd")
                return (id, $"nbds://{Value(arguments, "--bind=")}:{Value(arguments, "--port=")}/"
                    + Value(arguments, "--export-name="),
                    arguments.First(argument => argument.Contains("identity=CN=", StringComparison.Ordinal))[^1..]);
        }

        return null;
    }

    /// <summary>No server, no loop device, no record of an export, no temporary object.</summary>
    public void AssertNothingIsLeft()
    {
        Assert.Null(FindServer());
        Assert.Empty(Directory.GetFiles(Path.Combine(Volumes, "exports")));
        Assert.Empty(Directory.GetFiles(Path.Combine(Volumes, "temporary")));
        Assert.DoesNotContain(
            Command.Run("losetup", "--list", "--noheadings", "--output", "BACK-FILE").Split('\n'),
            file => file.Contains(LoopDevicesOf, StringComparison.Ordinal));
    }

    public string Logs() => string.Join('\n', _nodes.Select(node => $"=== {node.Host.Name}\n{node.LogTail(30)}"));

    public ValueTask DisposeAsync()
    {
        User?.Dispose();
        foreach (var node in _nodes)
            node.Dispose();
        _hub?.Dispose();
        _network.Dispose();
        foreach (var line in Command.Run("losetup", "--list", "--noheadings", "--output", "NAME,BACK-FILE").Split('\n'))
        {
            if (line.Contains(LoopDevicesOf, StringComparison.Ordinal))
                Command.Run("losetup", "--detach", line.Split(' ')[0]);
        }

        Directory.Delete(Volumes, recursive: true);
        Directory.Delete(_repository, recursive: true);
        _certificates.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task BringUpAsync(bool twoBackupHosts, (string Name, string Value)[] options)
    {
        _hub = HubServices.Start(_network);
        var (a, b, c) = (_network.AddHost("a"), _network.AddHost("b"), _network.AddHost("c"));
        (string, string)[] common =
        [
            ("Transport", "rabbitmq"), ("RabbitMq", _hub.RabbitMqTls.Address),
            ("RabbitMqCaFile", _hub.RabbitMqTls.AuthorityFile), ("Database", "postgresql"),
            ("PostgreSql", _hub.PostgreSql), ("Repository", _repository), ("BackupPlacement", "zone"), .. options,
        ];
        _nodes.Add(new EngineNode(_network, a, "volume", [
            .. common, ("VolumeDirectory", Volumes), ("NbdAddress", a.Address),
            ("NbdTlsDirectory", CertificatesOf(a))]));
        _nodes.Add(new EngineNode(_network, b, "backup", [.. common, ("NbdTlsDirectory", CertificatesOf(b))]));
        _nodes.Add(new EngineNode(_network, c, "api", [.. common, ("VolumeHost", a.Name)]));
        if (twoBackupHosts && _network.AddHost("d") is var d)
            _nodes.Add(new EngineNode(_network, d, "backup", [.. common, ("NbdTlsDirectory", CertificatesOf(d))]));
        await Task.WhenAll(_nodes.Select(node => node.StartReadyAsync()));
        User = C.NewUser();
    }

    private string CertificatesOf(NetworkHost host) =>
        _directories[host.Name] = _certificates.NewHost(host.Name, IPAddress.Parse(host.Address));

    private static string[] CommandLine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").TrimEnd('\0').Split('\0');
        }
        catch (IOException)
        {
            return [""]; // it has just ended
        }
    }

    private static string Value(string[] arguments, string flag) =>
        arguments.First(argument => argument.StartsWith(flag, StringComparison.Ordinal))[flag.Length..];
}
