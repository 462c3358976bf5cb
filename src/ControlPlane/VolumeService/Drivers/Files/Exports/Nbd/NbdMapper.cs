using System.Net;
using System.Net.Sockets;
using BackupEngine.ControlPlane.Contracts;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports.Nbd;

/// <summary>
/// Exports a file to another host: a server of its own for each export, which nobody but the connector can use, at a
/// port that the record keeps. A server that died is started again at the same port, so a client finds it.
/// </summary>
internal sealed class NbdMapper(NbdExportOptions options, ILogger log) : IDeviceMapper
{
    public ExportRecord Prepare(ExportRecord export, IReadOnlyList<ExportRecord> others)
    {
        if (options.TlsDirectory is not null && export.ConnectorIdentity is not { Length: > 0 })
            throw new VolumeDriverException(
                $"Host {export.ConnectorHost} named no certificate of its own: {export.Device.Kind} "
                + $"{export.Device.Id} is exported to it with TLS only. Configure NbdTlsDirectory there.");
        var taken = others.Select(other => other.Port).ToHashSet();
        for (var port = options.FirstPort; port <= options.LastPort; port++)
        {
            if (!taken.Contains(port) && IsFree(port))
                return export with { Port = port };
        }

        throw new VolumeDriverException(
            $"No port is free at {options.Address} from {options.FirstPort} to {options.LastPort}: "
            + $"{taken.Count} exports have one. Configure more NbdPorts.");
    }

    public DeviceConnectionInfo Map(ExportRecord export, string file)
    {
        if (NbdServerProcess.Of(export.AttachmentId).Count == 0)
            Start(export, file);
        return new DeviceConnectionInfo { Type = "nbd", Path = UriOf(export) };
    }

    public void Unmap(ExportRecord export, string file)
    {
        foreach (var server in NbdServerProcess.Of(export.AttachmentId))
            server.Kill();
    }

    public string? FindBusy(ExportRecord export, string file) =>
        NbdServerProcess.Of(export.AttachmentId).Select(server => $"qemu-nbd process {server.Id}").FirstOrDefault();

    /// <summary>A server writes past the page cache and keeps nothing itself.</summary>
    public void Flush(ExportRecord export, string file)
    {
    }

    public IReadOnlyList<string> Mend(IReadOnlyList<ExportRecord> exports, DriverLayout layout)
    {
        var servers = NbdServerProcess.List();
        RemoveStrays(servers, exports, layout.Root);
        var served = servers.Select(server => server.Attachment).ToHashSet();
        return
        [
            .. exports
                .Where(export => export.Mode == ExportMode.NbdServer && !served.Contains(export.AttachmentId))
                .Select(export => TryStartAgain(export, layout.Of(export.Device)))
                .OfType<string>(),
        ];
    }

    private void RemoveStrays(
        IReadOnlyList<NbdServerProcess> servers, IReadOnlyList<ExportRecord> exports, string root)
    {
        var known = exports.Select(export => export.AttachmentId).ToHashSet();
        var strays = servers.Where(server => !known.Contains(server.Attachment)
            && server.File.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal));
        foreach (var server in strays)
        {
            log.LogWarning(
                "qemu-nbd process {ProcessId} serves {File} as {AttachmentId}, of which there is no record; it is "
                + "ended", server.Id, server.File, server.Attachment);
            server.Kill();
        }
    }

    private string? TryStartAgain(ExportRecord export, string file)
    {
        if (!File.Exists(file))
            return null; // the device goes before its export does when a sweep was interrupted
        try
        {
            Start(export, file);
            log.LogWarning(
                "The server of export {AttachmentId} ({Kind} {Device}, to {Host}) had died; it was started again",
                export.AttachmentId, export.Device.Kind, export.Device.Id, export.ConnectorHost);
            return null;
        }
        catch (VolumeDriverException e)
        {
            return e.Message;
        }
    }

    private void Start(ExportRecord export, string file)
    {
        QemuNbd.Start(options, export, file);
        if (options.TlsDirectory is null)
            log.LogWarning(
                "{File} is exported to {Host} at {Uri} WITHOUT encryption: whoever reaches that address can {Access} "
                + "it (NbdAllowPlain)",
                file, export.ConnectorHost, UriOf(export), export.Access == DeviceAccess.Read ? "read" : "write");
        else
            log.LogInformation(
                "{File} is exported to {Host}, certificate {Identity}, at {Uri}",
                file, export.ConnectorHost, export.ConnectorIdentity, UriOf(export));
    }

    private string UriOf(ExportRecord export) =>
        $"{(options.TlsDirectory is null ? "nbd" : "nbds")}://{new IPEndPoint(IPAddress.Parse(options.Address),
            export.Port!.Value)}/{export.AttachmentId}";

    private bool IsFree(int port)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ExclusiveAddressUse = false };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(IPAddress.Parse(options.Address), port));
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
        catch (SocketException e)
        {
            throw new VolumeDriverException(
                $"Nothing can listen at NbdAddress {options.Address}: {e.Message}. It is an address of this host.", e);
        }
    }
}
