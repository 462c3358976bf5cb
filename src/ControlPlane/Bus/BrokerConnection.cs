using System.Security.Authentication;
using BackupEngine.ControlPlane.Hosting;
using RabbitMQ.Client;

namespace BackupEngine.ControlPlane.Bus;

/// <summary>A connection to the broker beside the bus: for checks and for an operator's look at queues.</summary>
internal static class BrokerConnection
{
    /// <summary>Opens one.</summary>
    public static Task<IConnection> OpenAsync(EngineOptions options, CancellationToken cancellationToken)
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
            ClientProvidedName = $"backup-engine {options.Host} command",
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
