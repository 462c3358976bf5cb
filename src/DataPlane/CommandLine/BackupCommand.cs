using System.CommandLine;
using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>`backup`: reads a volume and publishes a backup of it.</summary>
internal sealed class BackupCommand
{
    private readonly Option<string> _repository = CommonOptions.Repository();
    private readonly TuningFlags _tuning;
    private readonly KeyOptions _key;

    private readonly Option<string> _source = new("--source")
    {
        Description = "The volume: a block device or a regular file.",
        HelpName = "PATH",
        Required = true,
    };

    private readonly Option<string> _volumeId = new("--volume-id")
    {
        Description = "The volume's id, 1 to 255 characters.",
        HelpName = "ID",
        Required = true,
    };

    private readonly Option<BackupId?> _backupId = new("--backup-id")
    {
        Description = "The new backup's id. Default: a new UUID.",
        HelpName = "ID",
        CustomParser = result => CommonOptions.ParseBackupId(result),
    };

    private readonly Option<string?> _parent = new("--parent")
    {
        Description = "Make an incremental on top of a backup of the same volume: its id, or 'latest'.",
        HelpName = "ID|latest",
    };

    private readonly Option<string?> _changedBlocks = new("--changed-blocks")
    {
        Description = "JSON list of {\"offset\":bytes,\"length\":bytes}: what may differ from the parent, and is read.",
        HelpName = "FILE",
    };

    private BackupCommand(Command command)
    {
        command.Add(_repository);
        command.Add(_source);
        command.Add(_volumeId);
        command.Add(_backupId);
        command.Add(_parent);
        command.Add(_changedBlocks);
        _tuning = new TuningFlags(command, compresses: true);
        _key = new KeyOptions(command);
        Shell.Bind(command, RunAsync);
    }

    /// <summary>Builds the command.</summary>
    public static Command Build()
    {
        var command = new Command("backup", "Back up a volume.");
        _ = new BackupCommand(command);
        return command;
    }

    private async Task RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var arguments = invocation.Arguments;
        RefuseBlocksWithoutParent(arguments);
        var tuning = _tuning.Options(arguments);
        var changedBlocks = arguments.GetValue(_changedBlocks) is { } file
            ? await ChangedBlocksFile.ReadAsync(file, cancellationToken)
            : null;
        using var repository = _key.Open(invocation, arguments.GetRequiredValue(_repository));
        using var source = BlockDevice.Open(
            arguments.GetRequiredValue(_source), DeviceAccess.Read, _tuning.Direct(arguments));
        var volumeId = arguments.GetRequiredValue(_volumeId);
        var request = new BackupRequest
        {
            Repository = repository,
            Source = source,
            BackupId = arguments.GetValue(_backupId) ?? BackupId.New(),
            VolumeId = volumeId,
            ParentId = ParentRules.Resolve(repository, volumeId, arguments.GetValue(_parent)),
            ChangedBlocks = changedBlocks,
            Tuning = tuning,
            RateLimiter = _tuning.RateLimiter(arguments),
        };
        var runner = new BackupRunner(invocation.Logs.CreateLogger<BackupRunner>());
        var result = await ProgressDisplay.RunAsync(
            invocation.Output, "backup", progress => runner.RunAsync(request, progress, cancellationToken));
        invocation.Output.Result(result, DataPlaneJson.Default.BackupResult, ResultText.Of(result));
    }

    private void RefuseBlocksWithoutParent(ParseResult arguments)
    {
        if (arguments.GetValue(_changedBlocks) is not null && arguments.GetValue(_parent) is null)
        {
            throw new UsageException(
                "--changed-blocks says what differs from a parent: name it with --parent, or leave both away.");
        }
    }
}
