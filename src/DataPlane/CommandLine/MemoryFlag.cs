using System.CommandLine;
using BackupEngine.DataPlane.Memory;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>The flag that bounds the memory of a command.</summary>
internal sealed class MemoryFlag
{
    private readonly Option<long?> _budget = CommonOptions.Size(
        "--memory-budget", "What it may hold in memory; it works with less at once where it must. Default: no bound.");

    /// <summary>Adds the flag to a command.</summary>
    public MemoryFlag(Command command) => command.Add(_budget);

    /// <summary>What the command shares with nobody, bounded.</summary>
    public SharedResources Shared(ParseResult arguments) => new()
    {
        Memory = arguments.GetValue(_budget) is { } bytes ? new MemoryBudget(bytes, forOneJob: true) : null,
    };
}
