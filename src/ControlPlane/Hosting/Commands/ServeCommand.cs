using System.CommandLine;

namespace BackupEngine.ControlPlane.Hosting.Commands;

/// <summary><c>backup-engine serve</c>.</summary>
internal static class ServeCommand
{
    /// <summary>The command.</summary>
    public static Command Make() => CommandConfiguration.Command(
        "serve", "Runs the services until it is told to stop (SIGTERM, Ctrl+C).", ServeAsync);

    private static async Task<int> ServeAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var host = EngineHost.Build(CommandConfiguration.Read(parsed));
        await RunAsync(host, cancellationToken);
        return ExitCode.Success;
    }

    /// <summary>
    /// Runs until it is told to stop. What had started when another part could not start is stopped as well.
    /// </summary>
    private static async Task RunAsync(IHost host, CancellationToken cancellationToken)
    {
        try
        {
            await host.StartAsync(cancellationToken);
        }
        catch
        {
            await host.StopAsync(CancellationToken.None);
            throw;
        }

        await host.WaitForShutdownAsync(cancellationToken);
    }
}
