using System.CommandLine;
using BackupEngine.ControlPlane.Hosting.Commands;

namespace BackupEngine.ControlPlane.Hosting;

/// <summary>The command line of <c>backup-engine</c>.</summary>
public static class EngineCommandLine
{
    /// <summary>Runs the program; answers with its exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Root().Parse(args);
        var result = await parsed.InvokeAsync(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            // What runs is drained and its devices are detached, for as long as that is configured to take: the program
            // must not be ended in the middle of it, as it is after two seconds by default.
            ProcessTerminationTimeout = Timeout.InfiniteTimeSpan,
        });
        return parsed.Errors.Count > 0 ? ExitCode.BadConfiguration : result;
    }

    private static RootCommand Root() => new(
        "BackupEngine: OpenStack volume backup. Exit codes: 0 done, or stopped as asked; 1 failed; 2 bad command line "
        + "or configuration; 3 the answer is no (the schema is not up to date).")
    {
        ServeCommand.Make(),
        DatabaseCommands.Make(),
        ConfigurationCommands.Make(),
        BrokerQueueCommands.Make(),
        BackupQueueCommand.Make(),
        ScheduleCommands.Make(),
    };
}
