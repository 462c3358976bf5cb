using System.CommandLine;
using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Copies;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>`copy`: backups to another repository, which is sent only what it lacks.</summary>
internal sealed class CopyCommand
{
    private readonly Option<string> _source = CommonOptions.Repository();
    private readonly KeyOptions _sourceKey;
    private readonly KeyOptions _destinationKey;

    private readonly Option<string> _destination = new("--to")
    {
        Description = "Directory of the repository that gets the copies.",
        HelpName = "DIR",
        Required = true,
    };

    private readonly Option<string[]> _backups = new("--backup")
    {
        Description = "A backup to be copied; may be given several times.",
        HelpName = "ID",
    };

    private readonly Option<string?> _volume = new("--volume")
    {
        Description = "All backups of this volume.",
        HelpName = "ID",
    };

    private readonly Option<bool> _all = new("--all") { Description = "All backups." };

    private CopyCommand(Command command)
    {
        command.Add(_source);
        command.Add(_destination);
        command.Add(_backups);
        command.Add(_volume);
        command.Add(_all);
        _sourceKey = new KeyOptions(command);
        _destinationKey = new KeyOptions(command, "to-", "the destination");
        Shell.Bind(command, RunAsync);
    }

    /// <summary>Builds the command.</summary>
    public static Command Build()
    {
        var command = new Command("copy", "Copy backups to another repository: only what it lacks is sent.");
        _ = new CopyCommand(command);
        return command;
    }

    private async Task RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var arguments = invocation.Arguments;
        using var source = _sourceKey.Open(invocation, arguments.GetRequiredValue(_source));
        using var destination = _destinationKey.Open(invocation, arguments.GetRequiredValue(_destination));
        var chosen = Choose(source, arguments);
        var copier = new BackupCopier(source, destination);
        var logger = invocation.Logs.CreateLogger<CopyCommand>();
        var copied = new List<CopiedBackup>();
        foreach (var backup in chosen)
        {
            var result = await copier.CopyAsync(backup, cancellationToken);
            logger.LogInformation("Backup {BackupId}: {ChunksSent} chunks sent", backup.BackupId, result.ChunksSent);
            copied.Add(new CopiedBackup(result));
        }

        var view = new CopyView(copied);
        invocation.Output.Result(view, DataPlaneJson.Default.CopyView, Lines(view));
    }

    /// <summary>Oldest first, so that each finds the one before it in the destination.</summary>
    private IReadOnlyList<Manifest> Choose(Repository source, ParseResult arguments)
    {
        var ids = arguments.GetValue(_backups) ?? [];
        var volume = arguments.GetValue(_volume);
        if ((ids.Length > 0 ? 1 : 0) + (volume is null ? 0 : 1) + (arguments.GetValue(_all) ? 1 : 0) != 1)
        {
            throw new UsageException(
                "Say what to copy: --backup ID (once or several times), or --volume ID, or --all. Nothing was copied.");
        }

        if (ids.Length > 0)
        {
            return [.. ids.Select(text => source.GetManifest(Parse(text))).OrderBy(backup => backup.CreatedAt)];
        }

        var all = source.ListManifests();
        var chosen = volume is null ? all : [.. all.Where(backup => backup.VolumeId == volume)];
        return volume is null || chosen.Count > 0
            ? chosen
            : throw new BackupNotFoundException(
                $"Volume {volume} has no backup in this repository. Nothing was copied.");
    }

    private static BackupId Parse(string text) =>
        BackupId.TryParse(text, out var id) ? id : throw new UsageException($"'{text}' is not a backup id.");

    private static IEnumerable<string> Lines(CopyView view) =>
    [
        .. view.Backups.Select(Line),
        $"{view.Copied} copied, {view.Present} there before; {view.ChunksExamined} chunks examined, "
            + $"{view.ChunksSent} sent: {SizeText.Format(view.BytesSent)}, stored {SizeText.Format(view.BytesStored)}",
    ];

    private static string Line(CopiedBackup backup) => (backup.WasThere, backup.ContentCompared) switch
    {
        (true, true) => $"{backup.BackupId}  is there, with the same content",
        (true, false) => $"{backup.BackupId}  is there, with the same description; contents were not compared",
        _ => $"{backup.BackupId}  copied {(backup.BaseId is { } id ? $"on top of {id}" : "in full")}: "
            + $"{backup.ChunksExamined} chunks examined, {backup.ChunksSent} sent, "
            + $"{SizeText.Format(backup.BytesStored)} stored",
    };
}
