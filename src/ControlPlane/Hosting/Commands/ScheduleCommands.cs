using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Schedules;

namespace BackupEngine.ControlPlane.Hosting.Commands;

/// <summary><c>backup-engine schedules list</c>: from the records, whether a service runs or not.</summary>
internal static class ScheduleCommands
{
    private const string Time = "yyyy-MM-dd HH:mm:ss'Z'";

    /// <summary>The command.</summary>
    public static Command Make() => new("schedules", "Looks at the backup policies of all projects.")
    {
        CommandConfiguration.Command(
            "list",
            "Shows the policies, what is due next first, each with how its runs of the last 24 hours ended; and the "
            + "last runs that failed or came late.",
            ListAsync, CommandConfiguration.Json),
    };

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var options = EngineOptionsReader.Read(CommandConfiguration.Read(parsed));
        await using var database = (await CurrentDatabase.FindAsync(options, cancellationToken)).Open();
        var overview = await ScheduleOverview.ReadAsync(database, cancellationToken);
        if (parsed.GetValue(CommandConfiguration.Json))
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(overview, ApiJson.Relaxed.ScheduleOverview));
        else
            foreach (var line in Lines(overview))
                await Console.Out.WriteLineAsync(line);
        return ExitCode.Success;
    }

    private static IEnumerable<string> Lines(ScheduleOverview overview)
    {
        if (overview.Policies.Count == 0)
            return ["There are no backup policies."];
        return
        [
            Line("next run", "policy", "project", "ok", "failed", "skipped", "name"),
            .. overview.Policies.Select(policy => Line(
                policy.NextRunAt?.ToString(Time, CultureInfo.InvariantCulture) ?? "switched off",
                $"{policy.PolicyId}", policy.ProjectId, $"{policy.Succeeded}", $"{policy.Failed}",
                $"{policy.Skipped}", policy.Name)),
            .. Troubles(overview),
        ];
    }

    private static IEnumerable<string> Troubles(ScheduleOverview overview) => overview.Troubles.Count == 0
        ? ["", "Nothing has failed, and nothing came late."]
        : overview.Troubles
            .Select(run => string.Create(
                CultureInfo.InvariantCulture,
                $"{run.DueAt.ToString(Time, CultureInfo.InvariantCulture)} {run.Status,-9} policy {run.PolicyId} "
                + $"volume {run.VolumeId}{(run.Late ? $", late, {run.Missed} missed before" : "")}: {run.Reason}")
                .TrimEnd(':', ' '))
            .Prepend("Failed or late:").Prepend("");

    private static string Line(
        string next, string policy, string project, string ok, string failed, string skipped, string name) =>
        $"{next,-20} {policy,-36} {project,-32} {ok,6} {failed,6} {skipped,7} {name}";
}
