using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Nbd.Client;
using BackupEngine.DataPlane.Nbd.Images;
using Contract = BackupEngine.DataPlane.Protocol;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>How a volume is reached, as the protocol has it.</summary>
internal static class ConnectionReader
{
    /// <summary>Refuses what names no device.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: it cannot be right.</exception>
    public static void Validate(Contract.AttachDeviceRequest request)
    {
        switch (request.Connection?.KindCase)
        {
            case Contract.ConnectionInfo.KindOneofCase.Local when Path.IsPathRooted(request.Connection.Local.Path):
                return;
            case Contract.ConnectionInfo.KindOneofCase.Nbd:
                ValidateNbd(request.Connection.Nbd, request.Access);
                return;
            default:
                throw Refusal.InvalidArgument(
                    "The connection must name a local device by its absolute path, or an NBD export by its URI.");
        }
    }

    /// <summary>What the device is called.</summary>
    public static string NameOf(Contract.ConnectionInfo connection) =>
        connection.KindCase == Contract.ConnectionInfo.KindOneofCase.Nbd ? connection.Nbd.Uri : connection.Local.Path;

    /// <summary>Opens the device.</summary>
    /// <exception cref="DeviceException">It cannot be opened as asked.</exception>
    public static IBlockDevice Open(Contract.AttachDeviceRequest request, DeviceAccess access, ILogger logger)
    {
        if (request.Connection.KindCase == Contract.ConnectionInfo.KindOneofCase.Local)
        {
            return BlockDevice.Open(request.Connection.Local.Path, access, request.DirectIo);
        }

        var nbd = request.Connection.Nbd;
        var bitmap = nbd.Bitmap.Length == 0 ? null : nbd.Bitmap;
        return access == DeviceAccess.Read
            ? ImageOpener.Open(nbd.Uri, format: null, direct: false, bitmap, _ => Options(nbd), logger)
            : NbdDevice.Open(Options(nbd), access, logger);
    }

    private static void ValidateNbd(Contract.NbdExport nbd, Contract.DeviceAccess access)
    {
        try
        {
            Options(nbd);
        }
        catch (UsageException e)
        {
            throw Refusal.InvalidArgument(e.Message);
        }

        if (nbd.Bitmap.Length > 0 && access != Contract.DeviceAccess.Read)
        {
            throw Refusal.InvalidArgument("A bitmap goes with the access READ.");
        }
    }

    private static NbdClientOptions Options(Contract.NbdExport nbd) => new NbdClientOptions
    {
        Uri = NbdUri.Parse(nbd.Uri),
        Connections = nbd.Connections == 0 ? NbdClientOptions.DefaultConnections : nbd.Connections,
        ReconnectTime = nbd.HasReconnectSeconds
            ? TimeSpan.FromSeconds(nbd.ReconnectSeconds)
            : NbdClientOptions.DefaultReconnectTime,
        ReplyTime = nbd.HasReplySeconds
            ? TimeSpan.FromSeconds(nbd.ReplySeconds)
            : NbdClientOptions.DefaultReplyTime,
        CertificatesDirectory = nbd.CertificatesDirectory.Length == 0 ? null : nbd.CertificatesDirectory,
    }.Validate();
}
