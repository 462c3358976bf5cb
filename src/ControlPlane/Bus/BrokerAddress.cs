using BackupEngine.ControlPlane.Hosting;

namespace BackupEngine.ControlPlane.Bus;

/// <summary>The broker that the options name, taken apart.</summary>
/// <param name="Host">Name of its host; a certificate has to be for this name.</param>
/// <param name="Port">Its port.</param>
/// <param name="VirtualHost">The virtual host; <c>/</c> where none is named.</param>
/// <param name="User">The user.</param>
/// <param name="Password">The user's password.</param>
/// <param name="Tls">Whether the connection is encrypted.</param>
/// <param name="CaFile">PEM file of the authorities that may have signed its certificate; null: the system's.</param>
/// <param name="CertificateFile">PEM file with this host's certificate; null: it shows none.</param>
/// <param name="KeyFile">PEM file with the key of that certificate; null: in the same file.</param>
internal sealed record BrokerAddress(
    string Host,
    ushort Port,
    string VirtualHost,
    string User,
    string Password,
    bool Tls,
    string? CaFile,
    string? CertificateFile,
    string? KeyFile)
{
    private const int AmqpPort = 5672;
    private const int AmqpsPort = 5671;

    /// <summary>From <c>amqp://user:password@host:port/virtual-host</c> and what stands beside it.</summary>
    public static BrokerAddress Of(EngineOptions options)
    {
        var uri = new Uri(options.RabbitMq!);
        var user = uri.UserInfo.Split(':', 2);
        var tls = uri.Scheme == "amqps";
        return new BrokerAddress(
            uri.Host,
            (ushort)(uri.Port > 0 ? uri.Port : tls ? AmqpsPort : AmqpPort),
            uri.AbsolutePath is "" or "/" ? "/" : Uri.UnescapeDataString(uri.AbsolutePath[1..]),
            user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : "guest",
            options.RabbitMqPassword ?? (user.Length > 1 ? Uri.UnescapeDataString(user[1]) : "guest"),
            tls,
            options.RabbitMqCaFile,
            options.RabbitMqCertificateFile,
            options.RabbitMqKeyFile);
    }

    /// <summary>Without the password.</summary>
    public override string ToString() =>
        $"{(Tls ? "amqps" : "amqp")}://{User}@{Host}:{Port}/{VirtualHost.TrimStart('/')}";
}
