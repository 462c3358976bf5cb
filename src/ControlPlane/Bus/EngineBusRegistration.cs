using System.Security.Authentication;
using BackupEngine.ControlPlane.BackupService.Consumers;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Hosting;
using MassTransit;

namespace BackupEngine.ControlPlane.Bus;

/// <summary>
/// Adds the message bus: the same consumers and addresses on every transport. The backup services share one queue and
/// compete for its commands; each host's volume service has its own.
/// </summary>
public static class EngineBusRegistration
{
    /// <summary>
    /// Messages that are fetched ahead and consumed at once, for each queue. The rest waits in the broker.
    /// </summary>
    private const int ConcurrentMessages = 8;

    /// <summary>
    /// A command that fails, because the database is away for a moment, is tried so many times again; then it goes to
    /// the queue's error queue, where an operator finds it, and its record has it sent again.
    /// </summary>
    private const int Retries = 4;

    /// <summary>
    /// A request to a volume service is tried again only while its database is away, for about half a minute: of
    /// anything else whoever asked hears at once.
    /// </summary>
    private const int OutageRetries = 10;

    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);

    /// <summary>Consumers of a volume service's queue: every consumer of this namespace, none else.</summary>
    private const string VolumeConsumers = "BackupEngine.ControlPlane.VolumeService.Consumers";

    /// <summary>
    /// How long a start waits for the broker before it goes on without; the bus keeps trying to connect.
    /// </summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    /// <summary>Adds the bus with the consumers of this process's roles, and <see cref="ICommandSender"/>.</summary>
    public static IServiceCollection AddEngineBus(this IServiceCollection services, EngineOptions options)
    {
        services.AddSingleton<ICommandSender, MassTransitCommandSender>();
        services.AddOptions<MassTransitHostOptions>().Configure(host =>
        {
            host.WaitUntilStarted = true;
            host.StartTimeout = StartPatience;
        });
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddConsumers(BackupConsumerTypes(options));
            bus.AddConsumers(VolumeConsumerTypes(options));
            AddTransport(bus, options);
        });
        return services;
    }

    private static void AddTransport(IBusRegistrationConfigurator bus, EngineOptions options)
    {
        if (options.Transport == "rabbitmq")
            bus.UsingRabbitMq((context, rabbit) =>
            {
                ConnectTo(rabbit, BrokerAddress.Of(options));
                AddQueues(rabbit, context, options);
            });
        else
            bus.UsingInMemory((context, memory) => AddQueues(memory, context, options));
    }

    private static void ConnectTo(IRabbitMqBusFactoryConfigurator rabbit, BrokerAddress broker) =>
        rabbit.Host(broker.Host, broker.Port, broker.VirtualHost, host =>
        {
            host.Username(broker.User);
            host.Password(broker.Password);
            if (broker.Tls)
                host.UseSsl(tls => Encrypt(tls, broker));
        });

    private static void Encrypt(IRabbitMqSslConfigurator tls, BrokerAddress broker)
    {
        tls.ServerName = broker.Host;
        tls.Protocol = SslProtocols.None;
        if (BrokerTls.Certificate(broker) is { } certificate)
        {
            tls.UseCertificateAsAuthenticationIdentity = false;
            tls.Certificate = certificate;
        }

        if (BrokerTls.Judge(broker) is { } judge)
            tls.CertificateValidationCallback = judge;
    }

    private static void AddQueues<T>(
        IBusFactoryConfigurator<T> bus, IBusRegistrationContext context, EngineOptions options)
        where T : IReceiveEndpointConfigurator
    {
        AddQueue(bus, context, QueueAddress.BackupServicesName, BackupConsumerTypes(options));
        AddQueue(bus, context, QueueAddress.VolumeServiceName(options.Host), VolumeConsumerTypes(options));
    }

    private static void AddQueue(
        IReceiveConfigurator bus, IBusRegistrationContext context, string queue, Type[] consumers)
    {
        if (consumers.Length == 0)
            return;
        bus.ReceiveEndpoint(queue, endpoint =>
        {
            // Every message is sent to its queue by name; nothing is published.
            endpoint.ConfigureConsumeTopology = false;
            endpoint.PrefetchCount = ConcurrentMessages;
            endpoint.ConcurrentMessageLimit = ConcurrentMessages;
            if (queue == QueueAddress.BackupServicesName)
                endpoint.UseMessageRetry(retry => retry.Exponential(Retries, FirstRetry, LongestRetry, FirstRetry));
            else
                endpoint.UseMessageRetry(RetryWhileDatabaseIsAway);
            foreach (var consumer in consumers)
                endpoint.ConfigureConsumer(context, consumer);
        });
    }

    private static void RetryWhileDatabaseIsAway(IRetryConfigurator retry)
    {
        retry.Handle<Exception>(DatabaseOutage.IsTransient);
        retry.Exponential(OutageRetries, FirstRetry, LongestRetry, FirstRetry);
    }

    private static Type[] BackupConsumerTypes(EngineOptions options) => options.Has(EngineRole.Backup)
        ? [typeof(CreateBackupConsumer), typeof(RestoreBackupConsumer), typeof(DeleteBackupConsumer)]
        : [];

    private static Type[] VolumeConsumerTypes(EngineOptions options) => options.Has(EngineRole.Volume)
        ? [.. typeof(EngineBusRegistration).Assembly.GetTypes().Where(IsVolumeConsumer)]
        : [];

    private static bool IsVolumeConsumer(Type type) =>
        type is { IsAbstract: false, Namespace: VolumeConsumers } && type.IsAssignableTo(typeof(IConsumer));
}
