using System.CommandLine;
using System.CommandLine.Parsing;
using BackupEngine.Chunkstore.Collection;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Upkeep;

namespace BackupEngine.DataPlane.CommandLine.Collection;

/// <summary>`gc`: gives back the space of what no backup needs any more, beside everything else that runs.</summary>
internal sealed class GcCommand
{
    private static readonly CollectOptions Defaults = new();

    private readonly Option<string> _repository = CommonOptions.Repository();
    private readonly KeyOptions _key;
    private readonly MemoryFlag _memory;

    private readonly Option<bool> _dryRun = new("--dry-run")
    {
        Description = "Say what would be deleted, and change nothing.",
    };

    private readonly Option<int> _threshold = new("--threshold")
    {
        Description = "Packs of which less than this share is in use are rewritten; 0 = none are.",
        HelpName = "PERCENT",
        DefaultValueFactory = _ => Defaults.ThresholdPercent,
    };

    private readonly Option<TimeSpan> _fenceAfter = Duration(
        "--fence-after",
        "End running backups that do not answer for so long; they have to be run again.",
        Defaults.FenceAfter);

    private readonly Option<TimeSpan> _checkpointAge = Duration(
        "--checkpoint-age",
        "Keep what an interrupted backup has stored for so long, so that it can go on from there.",
        Defaults.CheckpointAge);

    private GcCommand(Command command)
    {
        command.Add(_repository);
        command.Add(_dryRun);
        command.Add(_threshold);
        command.Add(_fenceAfter);
        command.Add(_checkpointAge);
        _key = new KeyOptions(command);
        _memory = new MemoryFlag(command);
        Shell.Bind(command, RunAsync);
    }

    /// <summary>Builds the command.</summary>
    public static Command Build()
    {
        var command = new Command(
            "gc", "Give back the space of what no backup needs. Backups and restores may run meanwhile.");
        _ = new GcCommand(command);
        return command;
    }

    private async Task RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var options = Options(invocation.Arguments);
        using var repository = _key.Open(invocation, invocation.Arguments.GetRequiredValue(_repository));
        var progress = invocation.Output.Json ? null : new GcProgress();
        var report = await BoundedUpkeep.CollectAsync(
            repository,
            options,
            _memory.Shared(invocation.Arguments),
            UpkeepWait.Untold,
            progress,
            cancellationToken);
        invocation.Output.Result(report, DataPlaneJson.Default.CollectReport, GcText.Of(report));
    }

    private CollectOptions Options(ParseResult arguments)
    {
        var threshold = arguments.GetValue(_threshold);
        return threshold is >= 0 and <= 100
            ? new CollectOptions
            {
                DryRun = arguments.GetValue(_dryRun),
                ThresholdPercent = threshold,
                FenceAfter = arguments.GetValue(_fenceAfter),
                CheckpointAge = arguments.GetValue(_checkpointAge),
            }
            : throw new UsageException($"--threshold must be from 0 to 100, not {threshold}. Nothing was deleted.");
    }

    private static Option<TimeSpan> Duration(string name, string description, TimeSpan usual) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        DefaultValueFactory = _ => usual,
        CustomParser = ParseDuration,
    };

    private static TimeSpan ParseDuration(ArgumentResult result)
    {
        if (!DurationText.TryParse(result.Tokens[0].Value, out var duration))
        {
            result.AddError($"'{result.Tokens[0].Value}' is not a duration: {DurationText.Allowed}.");
        }

        return duration;
    }
}
