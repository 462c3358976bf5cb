namespace BackupEngine.Integration.Support;

/// <summary>The RabbitMQ of the tests. Those that use it share its queues, so they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class Broker
{
    public const string Name = "rabbitmq";

    public const string Variable = "BACKUPENGINE_TEST_RABBITMQ";

    /// <summary>Its address; skips the test where there is none.</summary>
    public static string Address
    {
        get
        {
            var address = Environment.GetEnvironmentVariable(Variable);
            Assert.SkipUnless(address is { Length: > 0 },
                $"needs a broker: {Variable}=amqp://... (tests/Integration/start-rabbitmq)");
            return address!;
        }
    }
}
