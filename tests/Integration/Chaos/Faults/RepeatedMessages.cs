using System.Text;
using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Bus;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.Integration.Chaos.Cluster;
using BackupEngine.Integration.Chaos.Matrix;
using BackupEngine.Integration.Support.Network;
using RabbitMQ.Client;

namespace BackupEngine.Integration.Chaos.Faults;

/// <summary>
/// Commands come several times, those of other workflows of the same backup among them and before their time, and all
/// of them once more when everything has ended.
/// </summary>
internal sealed class RepeatedMessages : IFault
{
    private const int Times = 3;

    public string Name => "repeat-messages";

    public Task StrikeAsync(
        ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken) =>
        SendAllAsync(cluster, cases, cancellationToken);

    public Task HealAsync(
        ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken) =>
        SendAllAsync(cluster, cases, cancellationToken);

    public Task ComeLateAsync(
        ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken) =>
        SendAllAsync(cluster, cases, cancellationToken);

    private static async Task SendAllAsync(
        ChaosCluster cluster, IReadOnlyList<ChaosCase> cases, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cluster, cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        foreach (var held in cases)
        {
            var records = await cluster.Records.BackupsOfAsync(held.Subject.User.Project, cancellationToken);
            foreach (var backup in records.Select(record => record.Id).Append(held.BackupId ?? Guid.Empty).Distinct())
                await SendAsync(channel, backup, cancellationToken);
        }
    }

    private static async Task SendAsync(IChannel channel, Guid backup, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Times; i++)
        {
            await PublishAsync(channel, nameof(DeleteBackup), backup, volume: null, cancellationToken);
            await PublishAsync(channel, nameof(RestoreBackup), backup, Guid.NewGuid(), cancellationToken);
            await PublishAsync(channel, nameof(CreateBackup), backup, volume: null, cancellationToken);
        }
    }

    private static async Task PublishAsync(
        IChannel channel, string command, Guid backup, Guid? volume, CancellationToken cancellationToken)
    {
        var message = new JsonObject { ["backupId"] = backup };
        if (volume is not null)
            message["volumeId"] = volume;
        var envelope = new JsonObject
        {
            ["messageId"] = Guid.NewGuid(),
            ["messageType"] = new JsonArray($"urn:message:{typeof(CreateBackup).Namespace}:{command}"),
            ["message"] = message,
        };
        await channel.BasicPublishAsync(
            exchange: "",
            QueueAddress.BackupServicesName,
            mandatory: true,
            new BasicProperties { ContentType = "application/vnd.masstransit+json" },
            Encoding.UTF8.GetBytes(envelope.ToJsonString()),
            cancellationToken);
    }

    /// <summary>From the network of the hub, where the broker is.</summary>
    private static async Task<IConnection> ConnectAsync(ChaosCluster cluster, CancellationToken cancellationToken)
    {
        var address = BrokerAddress.Of(new EngineOptions { RabbitMq = cluster.Services.RabbitMq });
        var factory = new ConnectionFactory
        {
            HostName = address.Host,
            Port = address.Port,
            VirtualHost = address.VirtualHost,
            UserName = address.User,
            Password = address.Password,
            SocketFactory = _ => new TcpClientAdapter(cluster.Network.Hub.NewSocket()),
        };
        return await factory.CreateConnectionAsync(cancellationToken);
    }
}
