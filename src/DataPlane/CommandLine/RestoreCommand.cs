using System.CommandLine;
using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.DataPlane.Restore;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>`restore`: writes a backup to a device or a file.</summary>
internal sealed class RestoreCommand
{
    private readonly Option<string> _repository = CommonOptions.Repository();
    private readonly Option<BackupId> _backup = CommonOptions.Backup();
    private readonly TuningFlags _tuning;
    private readonly KeyOptions _key;

    private readonly Option<string> _target = new("--target")
    {
        Description = "A block device or a file at least as large as the volume; a missing file is created.",
        HelpName = "PATH",
        Required = true,
    };

    private RestoreCommand(Command command)
    {
        command.Add(_repository);
        command.Add(_backup);
        command.Add(_target);
        _tuning = new TuningFlags(command, compresses: false);
        _key = new KeyOptions(command);
        Shell.Bind(command, RunAsync);
    }

    /// <summary>Builds the command.</summary>
    public static Command Build()
    {
        var command = new Command("restore", "Restore a backup.");
        _ = new RestoreCommand(command);
        return command;
    }

    private async Task RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var arguments = invocation.Arguments;
        var tuning = _tuning.Options(arguments);
        using var repository = _key.Open(invocation, arguments.GetRequiredValue(_repository));
        var manifest = repository.GetManifest(arguments.GetRequiredValue(_backup));
        var path = arguments.GetRequiredValue(_target);
        using var target = RestoreTarget.Open(path, manifest.Root.Shape.VolumeBytes, _tuning.Direct(arguments));
        var request = new RestoreRequest
        {
            Repository = repository,
            BackupId = manifest.BackupId,
            Target = target.Device,
            TargetIsZero = target.IsZero,
            IncompleteTargetNote = target.UndoNote,
            Tuning = tuning,
            RateLimiter = _tuning.RateLimiter(arguments),
        };
        var runner = new RestoreRunner(invocation.Logs.CreateLogger<RestoreRunner>());
        var result = await ProgressDisplay.RunAsync(
            invocation.Output, "restore", progress => runner.RunAsync(request, progress, cancellationToken));
        target.Keep();
        invocation.Output.Result(result, DataPlaneJson.Default.RestoreResult, ResultText.Of(result, path));
    }
}
