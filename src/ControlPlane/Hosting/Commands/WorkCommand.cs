using System.CommandLine;
using System.Text.Json;
using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Queue;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Hosts;
using BackupEngine.ControlPlane.Scheduling;

namespace BackupEngine.ControlPlane.Hosting.Commands;

/// <summary><c>backup-engine queue</c>: what waits for what, from the records, whether a service runs or not.</summary>
internal static class WorkCommand
{
    /// <summary>The command.</summary>
    public static Command Make() => CommandConfiguration.Command(
        "queue", "Shows the backups and restores that run and wait, each with its place and what it waits for.",
        ShowAsync, CommandConfiguration.Json);

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var options = EngineOptionsReader.Read(CommandConfiguration.Read(parsed));
        var databases = new DatabaseFactory(EngineDatabaseRegistration.ProviderOf(options));
        var queue = new BackupQueue(databases, new HostDirectory(databases, options), options);
        IReadOnlyList<QueueEntryView> entries = [.. QueueViews.Of(await queue.LookAsync(cancellationToken))];
        if (parsed.GetValue(CommandConfiguration.Json))
            await Console.Out.WriteLineAsync(
                JsonSerializer.Serialize(entries, ApiJson.Relaxed.IReadOnlyListQueueEntryView));
        else
            foreach (var entry in entries)
                await Console.Out.WriteLineAsync(
                    $"{entry.Position?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-",5} "
                    + $"{entry.BackupId} {entry.Action,-7} {entry.State,-10} {entry.Size,6} GiB "
                    + $"{entry.Host ?? "-",-20} {entry.WaitsFor}");
        return ExitCode.Success;
    }
}
