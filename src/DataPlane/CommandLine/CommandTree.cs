using System.CommandLine;
using BackupEngine.DataPlane.CommandLine.Collection;
using BackupEngine.DataPlane.CommandLine.Index;
using BackupEngine.DataPlane.CommandLine.Keys;
using BackupEngine.DataPlane.CommandLine.Verification;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>All commands.</summary>
internal static class CommandTree
{
    /// <summary>Builds the tree of commands.</summary>
    public static RootCommand Build() => new("Backs up block volumes, and restores them.")
    {
        CommonOptions.Json,
        CommonOptions.Verbose,
        InitCommand.Build(),
        BackupCommand.Build(),
        RestoreCommand.Build(),
        ListCommand.Build(),
        ShowCommand.Build(),
        DiffCommand.Build(),
        DeleteCommand.Build(),
        ProtectCommand.BuildProtect(),
        ProtectCommand.BuildUnprotect(),
        PruneCommand.Build(),
        CopyCommand.Build(),
        StatsCommand.Build(),
        VerifyCommand.Build(),
        RebuildIndexCommand.Build(),
        IndexCommand.Build(),
        GcCommand.Build(),
        KeyCommand.Build(),
        NbdServeCommand.Build(),
        ServeCommand.Build(),
    };
}
