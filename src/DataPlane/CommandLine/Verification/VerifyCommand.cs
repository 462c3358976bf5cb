using System.CommandLine;
using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Verification;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Transfers;
using BackupEngine.DataPlane.Upkeep;

namespace BackupEngine.DataPlane.CommandLine.Verification;

/// <summary>`verify`: proves that what is stored is good, and says what was proven when.</summary>
internal sealed class VerifyCommand
{
    private readonly Option<string> _repository = CommonOptions.Repository();
    private readonly KeyOptions _key;
    private readonly MemoryFlag _memory;
    private readonly Option<long?> _budget = CommonOptions.Size("--budget", "Read at most so much of the packs.");

    private readonly Option<BackupId[]> _backups = new("--backup")
    {
        Description = "Only this backup and its packs. May be given more than once. Default: all.",
        HelpName = "ID",
        CustomParser = CommonOptions.ParseBackupIds,
    };

    private readonly Option<VerifyLevel> _level = new("--level")
    {
        Description = "structure: index and trees. packs: and every byte of the packs, which needs no key. data: and "
            + "every chunk, decrypted and hashed.",
        DefaultValueFactory = _ => VerifyLevel.Structure,
    };

    private readonly Option<int> _percent = new("--percent")
    {
        Description = "How many of the packs are read, chosen at random unless --oldest-first is given.",
        HelpName = "N",
        DefaultValueFactory = _ => 100,
    };

    private readonly Option<bool> _oldestFirst = new("--oldest-first")
    {
        Description = "Read the packs first that were proven the longest time ago, or never.",
    };

    private readonly Option<bool> _status = new("--status")
    {
        Description = "Show what was proven when, and verify nothing.",
    };

    private VerifyCommand(Command command)
    {
        command.Add(_repository);
        command.Add(_backups);
        command.Add(_level);
        command.Add(_percent);
        command.Add(_oldestFirst);
        command.Add(_budget);
        command.Add(_status);
        _key = new KeyOptions(command);
        _memory = new MemoryFlag(command);
        Shell.Bind(command, RunAsync);
    }

    /// <summary>Builds the command.</summary>
    public static Command Build()
    {
        var command = new Command("verify", "Prove that what is stored is good.");
        _ = new VerifyCommand(command);
        return command;
    }

    private async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var options = Options(invocation.Arguments);
        using var repository = _key.OpenForWhatNeedsNoKey(
            invocation, invocation.Arguments.GetRequiredValue(_repository));
        if (invocation.Arguments.GetValue(_status))
        {
            var status = repository.GetVerifyStatus();
            invocation.Output.Result(status, DataPlaneJson.Default.VerifyStatus, VerifyText.Of(status));
            return ExitCode.Success;
        }

        var shared = _memory.Shared(invocation.Arguments);
        var report = await ProgressDisplay.RunAsync(
            invocation.Output,
            "verify",
            progress => VerifyAsync(repository, options, shared, progress, cancellationToken));
        invocation.Output.Result(report, DataPlaneJson.Default.VerifyReport, VerifyText.Of(report));
        if (report.Clean)
        {
            return ExitCode.Success;
        }

        Output.Notice(
            $"{report.Faults.Count} faults were found; {report.Harmed.Count} backups cannot be restored whole. "
            + "Nothing was deleted. Back up the volumes again: what they still hold is stored anew, for the harmed "
            + "backups too.");
        return ExitCode.CorruptData;
    }

    private static Task<VerifyReport> VerifyAsync(
        Repository repository,
        VerifyOptions options,
        SharedResources shared,
        IProgress<TransferProgress> progress,
        CancellationToken cancellationToken) =>
        BoundedUpkeep.VerifyAsync(
            repository, options, shared, UpkeepWait.Untold, new VerifyProgressAdapter(progress), cancellationToken);

    private VerifyOptions Options(ParseResult arguments)
    {
        var percent = arguments.GetValue(_percent);
        if (percent is < 1 or > 100)
        {
            throw new UsageException($"--percent must be from 1 to 100, not {percent}. Nothing was verified.");
        }

        return new VerifyOptions
        {
            Level = arguments.GetValue(_level),
            Backups = arguments.GetValue(_backups) ?? [],
            Percent = percent,
            OldestFirst = arguments.GetValue(_oldestFirst),
            BudgetBytes = arguments.GetValue(_budget),
        };
    }
}
