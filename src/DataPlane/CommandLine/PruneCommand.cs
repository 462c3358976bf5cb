using System.CommandLine;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Retention;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>`prune`: removes the backups that no rule keeps.</summary>
internal sealed class PruneCommand
{
    private readonly Option<string> _directory = CommonOptions.Repository();
    private readonly KeyOptions _key;
    private readonly RetentionFlags _rules;

    private readonly Option<string?> _volume = new("--volume")
    {
        Description = "Only the backups of this volume. Default: of each volume.",
        HelpName = "ID",
    };

    private readonly Option<bool> _dryRun = new("--dry-run")
    {
        Description = "Say what would be removed, and change nothing.",
    };

    private PruneCommand(Command command)
    {
        command.Add(_directory);
        _rules = new RetentionFlags(command);
        command.Add(_volume);
        command.Add(_dryRun);
        _key = new KeyOptions(command);
        Shell.Bind(command, Run);
    }

    /// <summary>Builds the command.</summary>
    public static Command Build()
    {
        var command = new Command(
            "prune", "Remove the backups of each volume that no rule keeps. Space comes back with gc.");
        _ = new PruneCommand(command);
        return command;
    }

    private Task Run(Invocation invocation, CancellationToken cancellationToken)
    {
        var arguments = invocation.Arguments;
        var rules = _rules.Rules(arguments);
        using var repository = _key.Open(invocation, arguments.GetRequiredValue(_directory));
        var decisions = Decide(repository, rules, arguments.GetValue(_volume));
        var dryRun = arguments.GetValue(_dryRun);
        var kept = decisions.Where(decision => decision.Keep).Select(View).ToList();
        var removed = new List<PrunedBackup>();
        foreach (var decision in decisions.Where(decision => !decision.Keep))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var isGone = dryRun || TryRemove(repository, decision);
            (isGone ? removed : kept).Add(isGone ? View(decision) : ProtectedMeanwhile(decision));
        }

        var view = new PruneView(dryRun, [.. kept.OrderBy(backup => backup.CreatedAt)], removed);
        invocation.Output.Result(view, DataPlaneJson.Default.PruneView, Lines(view));
        return Task.CompletedTask;
    }

    private static IReadOnlyList<RetentionDecision> Decide(Repository repository, RetentionRules rules, string? volume)
    {
        // Manifests first: a hold on a backup that was not seen decides nothing.
        var backups = repository.ListManifests()
            .Where(backup => volume is null || backup.VolumeId == volume)
            .ToList();
        return volume is not null && backups.Count == 0
            ? throw new BackupNotFoundException(
                $"Volume {volume} has no backup in this repository. Nothing was removed.")
            : RetentionPolicy.Decide(backups, repository.ListHolds(), rules, TimeProvider.System.GetUtcNow());
    }

    /// <summary>False for one that was protected since the decision.</summary>
    private static bool TryRemove(Repository repository, RetentionDecision decision)
    {
        try
        {
            repository.DeleteBackup(decision.Backup.BackupId);
            return true;
        }
        catch (BackupProtectedException)
        {
            return false;
        }
        catch (BackupNotFoundException)
        {
            // Somebody else removed it: what was wanted.
            return true;
        }
    }

    private static PrunedBackup View(RetentionDecision decision) => new(
        decision.Backup.BackupId.Value,
        decision.Backup.VolumeId,
        decision.Backup.CreatedAt,
        [.. decision.Reasons.Select(Word)]);

    private static PrunedBackup ProtectedMeanwhile(RetentionDecision decision) =>
        View(decision) with { Reasons = [Word(new RetentionReason(RetentionRule.Protected, 1))] };

    private static string Word(RetentionReason reason) => reason.Rule == RetentionRule.Protected
        ? "protected"
        : $"{reason.Rule.ToString().ToLowerInvariant()} {reason.Number}";

    private static IEnumerable<string> Lines(PruneView view) =>
    [
        .. view.Kept.Select(backup => Row("keep", backup, string.Join(", ", backup.Reasons))),
        .. view.Removed.Select(backup => Row(view.DryRun ? "would remove" : "removed", backup, "")),
        $"{view.Kept.Count} kept, {view.Removed.Count} {(view.DryRun ? "would be removed" : "removed")}",
    ];

    private static string Row(string what, PrunedBackup backup, string why) =>
        $"{what,-12}  {backup.BackupId,-36}  {backup.VolumeId,-36}  {backup.CreatedAt:yyyy-MM-dd HH:mm:ss}Z  {why}"
            .TrimEnd();
}
