using System.CommandLine;
using System.CommandLine.Parsing;
using BackupEngine.Chunkstore;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    /// <summary>Print one JSON document instead of text.</summary>
    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "Print exactly one JSON document on standard output.",
        Recursive = true,
    };

    /// <summary>Log what is done, to standard error.</summary>
    public static Option<bool> Verbose { get; } = new("--verbose", "-v")
    {
        Description = "Log what is done to standard error.",
        Recursive = true,
    };

    /// <summary>Say where the time went.</summary>
    public static Option<bool> Stats() => new("--stats")
    {
        Description = "Say what the run was bound by, and what each stage took. JSON always has it.",
    };

    /// <summary>The directory of the repository.</summary>
    public static Option<string> Repository() => new("--repository")
    {
        Description = "Directory of the repository.",
        HelpName = "DIR",
        Required = true,
    };

    /// <summary>A backup that exists.</summary>
    public static Option<BackupId> Backup() => new("--backup")
    {
        Description = "The backup.",
        HelpName = "ID",
        Required = true,
        CustomParser = ParseBackupId,
    };

    /// <summary>A size in bytes.</summary>
    public static Option<long?> Size(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "SIZE",
        CustomParser = ParseSize,
    };

    /// <summary>Parses the one token of an option or argument as a backup id.</summary>
    public static BackupId ParseBackupId(ArgumentResult result)
    {
        if (!BackupId.TryParse(result.Tokens[0].Value, out var id))
        {
            result.AddError(
                $"'{result.Tokens[0].Value}' is not a backup id: "
                + "1 to 128 letters, digits, '.', '_' or '-', not starting with a dot.");
        }

        return id;
    }

    /// <summary>Parses all tokens of an option as backup ids.</summary>
    public static BackupId[] ParseBackupIds(ArgumentResult result)
    {
        var wrong = result.Tokens.FirstOrDefault(token => !BackupId.TryParse(token.Value, out _));
        if (wrong is null)
        {
            return [.. result.Tokens.Select(token => BackupId.Parse(token.Value))];
        }

        result.AddError(
            $"'{wrong.Value}' is not a backup id: "
            + "1 to 128 letters, digits, '.', '_' or '-', not starting with a dot.");
        return [];
    }

    private static long? ParseSize(ArgumentResult result)
    {
        if (SizeText.TryParse(result.Tokens[0].Value, out var bytes))
        {
            return bytes;
        }

        result.AddError($"'{result.Tokens[0].Value}' is not a size: {SizeText.Allowed}.");
        return null;
    }
}
