using System.Net.Sockets;
using BackupEngine.DataPlane.Protocol;
using BackupEngine.Integration.Support;
using BackupEngine.Integration.Support.Network;
using Grpc.Core;
using Grpc.Net.Client;
using Protocol = BackupEngine.DataPlane.Protocol.DataPlane;

namespace BackupEngine.Integration.Chaos.Cluster;

/// <summary>Slows the transfers of a host, so that a fault can strike in the middle of one.</summary>
internal static class Throttle
{
    private const long SlowBytesPerSecond = 2 << 20;

    /// <summary>All transfers together are slow from now on.</summary>
    public static Task SlowAsync(EngineNode node, CancellationToken cancellationToken) =>
        SetAsync(node, SlowBytesPerSecond, cancellationToken);

    /// <summary>As fast as they can; a data plane that is just being started again is waited for.</summary>
    public static Task FullSpeedAsync(EngineNode node, CancellationToken cancellationToken) => Eventually.HoldsAsync(
        async () =>
        {
            try
            {
                await SetAsync(node, bytesPerSecond: 0, cancellationToken);
                return true;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable)
            {
                return false;
            }
        },
        $"the data plane of {node.Host.Name} answers");

    private static async Task SetAsync(EngineNode node, long bytesPerSecond, CancellationToken cancellationToken)
    {
        using var channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                ConnectCallback = async (_, token) =>
                {
                    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    var path = ChaosCluster.DataPlaneSocketOf(node);
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), token);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            },
            DisposeHttpClient = true,
        });
        await new Protocol.DataPlaneClient(channel).SetRateLimitAsync(
            new SetRateLimitRequest { BytesPerSecond = bytesPerSecond }, cancellationToken: cancellationToken);
    }
}
