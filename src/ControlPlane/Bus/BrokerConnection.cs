using System.Security.Authentication;
using BackupEngine.ControlPlane.Hosting;
using RabbitMQ.Client;

namespace BackupEngine.ControlPlane.Bus;

/// <summary>
/// A connection to the broker beside the bus: for checks, for an operator's look at queues, for notifications.
/// </summary>
internal static class BrokerConnection
{
    /// <summary>Opens one.</summary>
    /// <param name="options">They name the broker.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="purpose">What it is for, as the broker shows it.</param>
    public static Task<IConnection> OpenAsync(
        EngineOptions options, CancellationToken cancellationToken, string purpose = "command")
    {
        var broker = BrokerAddress.Of(options);
        var factory = new ConnectionFactory
        {
            HostName = broker.Host,
            Port = broker.Port,
            VirtualHost = broker.VirtualHost,
            UserName = broker.User,
            Password = broker.Password,
            AutomaticRecoveryEnabled = false,
            ClientProvidedName = $"backup-engine {options.Host} {purpose}",
        };
        if (broker.Tls)
            factory.Ssl = Encrypted(broker);
        return factory.CreateConnectionAsync(cancellationToken);
    }

    private static SslOption Encrypted(BrokerAddress broker)
    {
        var tls = new SslOption(broker.Host)
        {
            Enabled = true,
            Version = SslProtocols.None,
            CertificateValidationCallback = BrokerTls.Judge(broker),
        };
        if (BrokerTls.Certificate(broker) is { } certificate)
            tls.Certs = [certificate];
        return tls;
    }
}
