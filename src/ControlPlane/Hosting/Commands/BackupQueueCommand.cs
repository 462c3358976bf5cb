using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Queue;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Hosts;
using BackupEngine.ControlPlane.Scheduling;

namespace BackupEngine.ControlPlane.Hosting.Commands;

/// <summary><c>backup-engine queue</c>: what waits for what, from the records, whether a service runs or not.</summary>
internal static class BackupQueueCommand
{
    /// <summary>The command.</summary>
    public static Command Make() => CommandConfiguration.Command(
        "queue", "Shows the backups and restores that run and wait, each with its place and what it waits for.",
        ShowAsync, CommandConfiguration.Json);

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var options = EngineOptionsReader.Read(CommandConfiguration.Read(parsed));
        var databases = new DatabaseFactory(await CurrentDatabase.FindAsync(options, cancellationToken));
        var queue = new BackupQueue(databases, new HostDirectory(databases, options), options);
        IReadOnlyList<QueueEntryView> entries = [.. QueueViews.Of(await queue.LookAsync(cancellationToken))];
        if (parsed.GetValue(CommandConfiguration.Json))
            await Console.Out.WriteLineAsync(
                JsonSerializer.Serialize(entries, ApiJson.Relaxed.IReadOnlyListQueueEntryView));
        else
            foreach (var line in Lines(entries))
                await Console.Out.WriteLineAsync(line);
        return ExitCode.Success;
    }

    private static IEnumerable<string> Lines(IReadOnlyList<QueueEntryView> entries) => entries.Count == 0
        ? ["Nothing runs, and nothing waits."]
        : entries
            .Select(entry => Line(
                entry.Position?.ToString(CultureInfo.InvariantCulture) ?? "-", $"{entry.BackupId}", entry.Action,
                entry.State, $"{entry.Size} GiB", entry.Host ?? "-", entry.WaitsFor))
            .Prepend(Line("place", "backup", "action", "state", "size", "host", "waits for"));

    private static string Line(
        string place, string backup, string action, string state, string size, string host, string? waitsFor) =>
        $"{place,5} {backup,-36} {action,-7} {state,-10} {size,10} {host,-20} {waitsFor}".TrimEnd();
}
