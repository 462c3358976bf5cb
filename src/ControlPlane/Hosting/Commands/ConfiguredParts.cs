using System.Net;
using System.Net.Sockets;
using BackupEngine.ControlPlane.Authentication;
using BackupEngine.ControlPlane.Authentication.Keystone;
using BackupEngine.ControlPlane.Bus;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.DataPlane;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports.Nbd;

namespace BackupEngine.ControlPlane.Hosting.Commands;

/// <summary>Tries what a configuration names. Nothing is changed.</summary>
internal static class ConfiguredParts
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Tries everything that the roles of the configuration need.</summary>
    public static async Task<IReadOnlyList<ConfiguredPart>> TryAsync(
        EngineOptions options, CancellationToken cancellationToken)
    {
        var parts = new List<ConfiguredPart>
        {
            Try("state directory", () => Directory(options.StateDirectory)),
            await TryAsync("database", token => DatabaseAsync(options, token), cancellationToken),
        };
        if (options.Transport == "rabbitmq")
            parts.Add(await TryAsync("broker", token => BrokerAsync(options, token), cancellationToken));
        if (options.Has(EngineRole.Api) && options.Authentication == EngineAuthenticationRegistration.KeystoneMode)
            parts.Add(await TryAsync("keystone", token => KeystoneAsync(options, token), cancellationToken));
        if (options.Has(EngineRole.Volume))
            parts.Add(Try("volume directory", () => Directory(options.VolumeDirectory!)));
        if (options.Has(EngineRole.Volume) && options.NbdAddress is { Length: > 0 } address)
            parts.Add(Try("exports to other hosts", () => Exports(address)));
        if (options.NbdTlsDirectory is { Length: > 0 })
            parts.Add(Try("certificates", () => NbdCertificates.FaultOf(options, TimeProvider.System.GetUtcNow())));
        if (options.Has(EngineRole.Backup))
            parts.Add(Try("data plane", () => DataPlane(options)));
        return parts;
    }

    private static async Task<string?> DatabaseAsync(EngineOptions options, CancellationToken cancellationToken)
    {
        if (options.Database == "sqlite" && !File.Exists(EngineDatabaseRegistration.PathOf(options)))
            return null;
        await using var database = EngineDatabaseRegistration.ProviderOf(options).Open();
        return await database.Database.CanConnectAsync(cancellationToken)
            ? null
            : "no connection: see that the server runs, and the name, user and password";
    }

    private static async Task<string?> BrokerAsync(EngineOptions options, CancellationToken cancellationToken)
    {
        await using var connection = await BrokerConnection.OpenAsync(options, cancellationToken);
        return null;
    }

    private static string? Exports(string address)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        }
        catch (SocketException e)
        {
            return $"nothing can listen at NbdAddress {address}: {e.Message}";
        }

        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        return path.Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, QemuNbd.ProgramName)))
            ? null
            : $"{QemuNbd.ProgramName} is not in PATH (Debian: qemu-utils)";
    }

    private static async Task<string?> KeystoneAsync(EngineOptions options, CancellationToken cancellationToken)
    {
        var client = KeystoneRegistration.NewClient(options);
        using var own = new ServiceToken(client, TimeProvider.System);
        return await new KeystoneDependency(client, own).FindFaultAsync(cancellationToken);
    }

    private static string? DataPlane(EngineOptions options)
    {
        if (options.DataPlaneSocket is { Length: > 0 } socket)
            return File.Exists(socket) ? null : $"nothing listens at {socket}";
        _ = DataPlaneProgram.Find(options);
        return null;
    }

    /// <summary>One that is not there is made at the start, where its parent can be written.</summary>
    private static string? Directory(string path)
    {
        var existing = path;
        while (!System.IO.Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } parent)
            existing = parent;
        var probe = Path.Combine(existing, ".backup-engine-" + Guid.NewGuid().ToString("N"));
        using (File.Create(probe, 1, FileOptions.DeleteOnClose))
            return null;
    }

    private static ConfiguredPart Try(string name, Func<string?> attempt)
    {
        try
        {
            return new ConfiguredPart(name, attempt());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or EngineConfigurationException)
        {
            return new ConfiguredPart(name, e.Message);
        }
    }

    private static async Task<ConfiguredPart> TryAsync(
        string name, Func<CancellationToken, Task<string?>> attempt, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            return new ConfiguredPart(name, await attempt(patience.Token));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return new ConfiguredPart(name, e.GetBaseException().Message);
        }
    }
}
