using System.CommandLine;
using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Restore;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>`restore`: writes a backup to a device or a file.</summary>
internal sealed class RestoreCommand
{
    private readonly Option<string> _repository = CommonOptions.Repository();
    private readonly Option<BackupId> _backup = CommonOptions.Backup();
    private readonly TuningFlags _tuning;
    private readonly VolumeFlags _volume;
    private readonly KeyOptions _key;
    private readonly Option<bool> _stats = CommonOptions.Stats();

    private readonly Option<string> _target = new("--target")
    {
        Description = "A block device, a file or an NBD export (a URI, as for backup) at least as large as the volume; "
            + "a missing file is created.",
        HelpName = "PATH|URI",
        Required = true,
    };

    private readonly Option<bool> _onlyDifferences = new("--only-differences")
    {
        Description = "Read the target, and write only what differs. The outcome is the same.",
    };

    private readonly Option<bool> _keepGoing = new("--keep-going")
    {
        Description = "Restore what can be restored of a damaged backup, and list what cannot. Exit code 5 then.",
    };

    private readonly Option<string?> _resumeFile = new("--resume-file")
    {
        Description = "A small file: the same command with the same file goes on where an interrupted one was.",
        HelpName = "PATH",
    };

    private RestoreCommand(Command command)
    {
        command.Add(_repository);
        command.Add(_backup);
        command.Add(_target);
        command.Add(_onlyDifferences);
        command.Add(_keepGoing);
        command.Add(_resumeFile);
        _tuning = new TuningFlags(command, compresses: false);
        _volume = new VolumeFlags(command, isSource: false);
        _key = new KeyOptions(command);
        command.Add(_stats);
        Shell.Bind(command, RunAsync);
    }

    /// <summary>Builds the command.</summary>
    public static Command Build()
    {
        var command = new Command("restore", "Restore a backup.");
        _ = new RestoreCommand(command);
        return command;
    }

    private async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        ThreadPool.UnsafeQueueUserWorkItem(_ => ChunkHasher.Prepare(), state: null);
        var arguments = invocation.Arguments;
        var tuning = _tuning.Options(arguments);
        using var repository = _key.Open(invocation, arguments.GetRequiredValue(_repository));
        var manifest = repository.GetManifest(arguments.GetRequiredValue(_backup));
        var path = arguments.GetRequiredValue(_target);
        using var target = _volume.OpenTarget(
            invocation, path, manifest.Root.Shape.VolumeBytes, _tuning.Direct(arguments));
        var resumeFile = arguments.GetValue(_resumeFile);
        var request = new RestoreRequest
        {
            Repository = repository,
            BackupId = manifest.BackupId,
            Target = target.Device,
            TargetIsZero = target.IsZero,
            OnlyDifferences = arguments.GetValue(_onlyDifferences),
            KeepGoing = arguments.GetValue(_keepGoing),
            ResumeFile = resumeFile,
            IncompleteTargetNote = resumeFile is null ? target.UndoNote : GoesOn(path, resumeFile),
            Tuning = tuning,
            RateLimiter = _tuning.RateLimiter(arguments),
            Shared = _tuning.Shared(arguments),
        };
        var runner = new RestoreRunner(invocation.Logs.CreateLogger<RestoreRunner>());
        var result = await RunAsync(invocation, request, target, progress =>
            runner.RunAsync(request, progress, cancellationToken));
        target.Keep();
        var stages = arguments.GetValue(_stats) ? StageText.Of(result.Stages) : [];
        invocation.Output.Result(
            result, DataPlaneJson.Default.RestoreResult, [.. ResultText.Of(result, path), .. stages]);
        return result.Complete ? ExitCode.Success : ExitCode.CorruptData;
    }

    private static async Task<RestoreResult> RunAsync(
        Invocation invocation,
        RestoreRequest request,
        RestoreTarget target,
        Func<IProgress<TransferProgress>?, Task<RestoreResult>> run)
    {
        try
        {
            return await ProgressDisplay.RunAsync(invocation.Output, "restore", run);
        }
        catch (Exception e) when (
            request.ResumeFile is not null && e is TargetIncompleteException or OperationCanceledException)
        {
            // What was written is what the next run goes on with.
            target.Keep();
            throw;
        }
    }

    private static string GoesOn(string path, string resumeFile) =>
        $"The target {path} is INCOMPLETE and must not be used; "
        + $"the same command with --resume-file {resumeFile} goes on.";
}
