using BackupEngine.Integration.Support.Network;

namespace BackupEngine.Integration.Support;

/// <summary>Commands of the operator of the tests' broker.</summary>
internal static class BrokerControl
{
    /// <summary>The broker's directory; skips the test where there is none.</summary>
    public static string DirectoryPath
    {
        get
        {
            _ = Broker.Address;
            var directory = Environment.GetEnvironmentVariable("BACKUPENGINE_TEST_RABBITMQ_DIR") ?? "";
            Assert.SkipUnless(
                File.Exists(Path.Combine(directory, "tls-address")),
                "needs BACKUPENGINE_TEST_RABBITMQ_DIR of tests/Integration/start-rabbitmq");
            return directory;
        }
    }

    /// <summary>Runs <c>rabbitmqctl</c>.</summary>
    public static string Run(params string[] arguments) => Command.Run(
        Path.Combine(SourceTree.Root, "tests/Integration/start-rabbitmq"), ["ctl", DirectoryPath, .. arguments]);
}
