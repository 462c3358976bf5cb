using System.CommandLine;
using BackupEngine.DataPlane.Jobs;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>`serve`: the job server for a control plane.</summary>
internal static class ServeCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build()
    {
        var socket = new Option<string>("--socket")
        {
            Description = "Unix socket to serve on; only its owner can connect.",
            HelpName = "PATH",
            Required = true,
        };
        var stopAtEndOfInput = new Option<bool>("--stop-at-end-of-input")
        {
            Description = "Stop when standard input ends: together with the supervisor that holds its other end.",
        };
        var rateLimit = CommonOptions.Size(
            "--rate-limit", "Bytes a second from and to devices, of all jobs together. Default: no limit.");
        var memoryBudget = CommonOptions.Size(
            "--memory-budget",
            "What the buffers of all jobs together may take. Default: 1GiB, or a quarter of the host's memory.");
        var command = new Command("serve", "Run jobs for a control plane until SIGTERM.")
        {
            socket, stopAtEndOfInput, rateLimit, memoryBudget,
        };
        var key = new KeyOptions(command, of: "the repositories that jobs use, which are then all encrypted");
        Shell.Bind(command, async (invocation, cancellationToken) =>
        {
            using var secret = key.Read(invocation);
            var options = new ServeOptions
            {
                SocketPath = invocation.Arguments.GetRequiredValue(socket),
                StopAtEndOfInput = invocation.Arguments.GetValue(stopAtEndOfInput),
                LogLevel = invocation.Arguments.GetValue(CommonOptions.Verbose) ? LogLevel.Debug : LogLevel.Information,
                Secret = secret,
                RateLimitBytesPerSecond = invocation.Arguments.GetValue(rateLimit) ?? 0,
                MemoryBudgetBytes =
                    invocation.Arguments.GetValue(memoryBudget) ?? ServeOptions.DefaultMemoryBudgetBytes,
            };
            await JobServer.RunAsync(options, cancellationToken);
        });
        return command;
    }
}
