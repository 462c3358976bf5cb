using System.CommandLine;
using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Checkpoints;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>`backup`: reads a volume and publishes a backup of it.</summary>
internal sealed class BackupCommand
{
    private readonly Option<string> _repository = CommonOptions.Repository();
    private readonly TuningFlags _tuning;
    private readonly VolumeFlags _volume;
    private readonly KeyOptions _key;
    private readonly Option<bool> _stats = CommonOptions.Stats();

    private readonly Option<string> _source = new("--source")
    {
        Description = "The volume: a block device, a regular file, or an export: nbd://HOST[:PORT]/EXPORT, "
            + "nbd+unix:///EXPORT?socket=PATH, nbds for TLS.",
        HelpName = "PATH|URI",
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

    private readonly Option<string?> _changedSince = new("--changed-since")
    {
        Description = "The point in time that --changed-blocks counts from: what the parent had as --base-token. "
            + "Another one than the parent's, and everything is read.",
        HelpName = "TEXT",
    };

    private readonly Option<int> _verifyChanged = new("--verify-changed")
    {
        Description = "With --changed-blocks, re-read and compare one Nth of what they say is unchanged, another one "
            + "each time. 0: nothing.",
        HelpName = "N",
        DefaultValueFactory = _ => BackupRequest.DefaultVerifyChanged,
    };

    private readonly Option<string?> _baseToken = new("--base-token")
    {
        Description = "Names the point in time that is read; kept with the backup.",
        HelpName = "TEXT",
    };

    private readonly Option<string?> _sourceIdentity = new("--source-identity")
    {
        Description = "Names the object that is read, e.g. a snapshot's id: the same text promises the same bytes.",
        HelpName = "TEXT",
    };

    private readonly Option<string> _resume = new("--resume")
    {
        Description = "Go on from an interrupted run of this backup id: 'proven' when the base token or the source "
            + "identity is the same, 'trust' also when neither is given, 'never'.",
        DefaultValueFactory = _ => "proven",
    };

    private BackupCommand(Command command)
    {
        _resume.AcceptOnlyFromAmong("proven", "trust", "never");
        command.Add(_repository);
        command.Add(_source);
        command.Add(_volumeId);
        command.Add(_backupId);
        command.Add(_parent);
        command.Add(_changedBlocks);
        command.Add(_changedSince);
        command.Add(_verifyChanged);
        command.Add(_baseToken);
        command.Add(_sourceIdentity);
        command.Add(_resume);
        _tuning = new TuningFlags(command, compresses: true);
        _volume = new VolumeFlags(command, isSource: true);
        _key = new KeyOptions(command);
        command.Add(_stats);
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
        ThreadPool.UnsafeQueueUserWorkItem(_ => ChunkHasher.Prepare(), state: null);
        var arguments = invocation.Arguments;
        RefuseBlocksWithoutParent(arguments);
        _volume.Check(
            arguments, arguments.GetValue(_parent) is not null, arguments.GetValue(_changedBlocks) is not null);
        var tuning = _tuning.Options(arguments);
        var changedBlocks = arguments.GetValue(_changedBlocks) is { } file
            ? await ChangedBlocksFile.ReadAsync(file, cancellationToken)
            : null;
        using var repository = _key.Open(invocation, arguments.GetRequiredValue(_repository));
        var name = arguments.GetRequiredValue(_source);
        var baseToken = _volume.BaseToken(arguments, name, arguments.GetValue(_baseToken));
        using var source = _volume.OpenSource(invocation, name, _tuning.Direct(arguments));
        var volumeId = arguments.GetRequiredValue(_volumeId);
        var request = new BackupRequest
        {
            Repository = repository,
            Source = source,
            BackupId = arguments.GetValue(_backupId) ?? BackupId.New(),
            VolumeId = volumeId,
            ParentId = ParentRules.Resolve(repository, volumeId, arguments.GetValue(_parent)),
            ChangedBlocks = changedBlocks,
            ChangedBlocksBase = arguments.GetValue(_changedSince) ?? "",
            VerifyChanged = arguments.GetValue(_verifyChanged),
            BaseToken = baseToken,
            SourceIdentity = arguments.GetValue(_sourceIdentity) ?? "",
            Resume = ResumeOf(arguments),
            Tuning = tuning,
            RateLimiter = _tuning.RateLimiter(arguments),
            Shared = _tuning.Shared(arguments),
        };
        var runner = new BackupRunner(invocation.Logs.CreateLogger<BackupRunner>());
        var result = await ProgressDisplay.RunAsync(
            invocation.Output, "backup", progress => runner.RunAsync(request, progress, cancellationToken));
        invocation.Output.Result(result, DataPlaneJson.Default.BackupResult, Lines(arguments, result));
    }

    private IEnumerable<string> Lines(ParseResult arguments, BackupResult result) =>
        [.. ResultText.Of(result), .. arguments.GetValue(_stats) ? StageText.Of(result.Stages) : []];

    private ResumeMode ResumeOf(ParseResult arguments) => arguments.GetValue(_resume) switch
    {
        "trust" => ResumeMode.Trust,
        "never" => ResumeMode.Never,
        _ => ResumeMode.WhenProven,
    };

    private void RefuseBlocksWithoutParent(ParseResult arguments)
    {
        if (arguments.GetValue(_changedBlocks) is not null && arguments.GetValue(_parent) is null)
        {
            throw new UsageException(
                "--changed-blocks says what differs from a parent: name it with --parent, or leave both away.");
        }

        if (arguments.GetValue(_changedSince) is not null && arguments.GetValue(_changedBlocks) is null)
        {
            throw new UsageException("--changed-since says what --changed-blocks counts from: name them too.");
        }
    }
}
