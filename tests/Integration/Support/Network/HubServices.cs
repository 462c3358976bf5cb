namespace BackupEngine.Integration.Support.Network;

/// <summary>Broker and database of a <see cref="TestNetwork"/>, which every host of it reaches at the hub.</summary>
internal sealed class HubServices : IDisposable
{
    private const int BrokerPort = 5672;
    private const int DatabasePort = 5432;

    private readonly TestNetwork _network;
    private readonly string _directory;

    private HubServices(TestNetwork network, string directory) => (_network, _directory) = (network, directory);

    /// <summary>Address of the broker for hosts: amqp://...</summary>
    public string RabbitMq { get; private set; } = "";

    /// <summary>Address of the broker with TLS, and the file of its authority.</summary>
    public (string Address, string AuthorityFile) RabbitMqTls => (
        File.ReadAllText(Path.Combine(BrokerDirectory, "tls-address")).Trim(), Path.Combine(BrokerDirectory, "ca.pem"));

    /// <summary>Connection string of the database for hosts.</summary>
    public string PostgreSql { get; private set; } = "";

    /// <summary>Connection string of the same database for the test itself, by its Unix socket.</summary>
    public string PostgreSqlHere =>
        $"Host={DatabaseDirectory};Port={DatabasePort};Username=backupengine;Database=postgres";

    private string BrokerDirectory => Path.Combine(_directory, "broker");

    private string DatabaseDirectory => Path.Combine(_directory, "database");

    /// <summary>Starts both; skips the test where they are not installed.</summary>
    public static HubServices Start(TestNetwork network)
    {
        Assert.SkipUnless(Command.Exists("rabbitmq-server"), "needs rabbitmq-server");
        Assert.SkipUnless(Directory.Exists("/usr/lib/postgresql"), "needs postgresql");
        var directory = Directory.CreateTempSubdirectory("be-hub-").FullName;
        // The database server runs as another user, and its own directory is in this one.
        File.SetUnixFileMode(directory, (UnixFileMode)Convert.ToInt32("711", 8));
        var services = new HubServices(network, directory);
        try
        {
            services.StartDatabase();
            services.StartBroker();
            return services;
        }
        catch
        {
            services.Dispose();
            throw;
        }
    }

    /// <summary>Starts the broker, or starts it again with what it had stored.</summary>
    public void StartBroker() => RabbitMq = Run("start-rabbitmq", "start", BrokerDirectory, $"{BrokerPort}",
        TestNetwork.HubAddress);

    public void StopBroker() => Run("start-rabbitmq", "stop", BrokerDirectory);

    /// <summary>Starts the database, or starts it again with what it had stored.</summary>
    public void StartDatabase() => PostgreSql = Run("start-postgresql", "start", DatabaseDirectory, $"{DatabasePort}",
        TestNetwork.HubAddress);

    public void StopDatabase() => Run("start-postgresql", "stop", DatabaseDirectory);

    public void Dispose()
    {
        if (Directory.Exists(BrokerDirectory))
            StopBroker();
        if (Directory.Exists(DatabaseDirectory))
            StopDatabase();
        Directory.Delete(_directory, recursive: true);
    }

    private string Run(string script, params string[] arguments)
    {
        // The servers outlive the script and would keep its pipes open, so what it says goes by a file.
        var output = Path.Combine(_directory, script + ".out");
        _network.Hub.Run("bash", ["-c", "out=$1; shift; \"$@\" >\"$out\" </dev/null 2>&1", "run", output,
            Path.Combine(SourceTree.Root, "tests", "Integration", script), .. arguments]);
        return File.ReadAllText(output).Trim();
    }
}
