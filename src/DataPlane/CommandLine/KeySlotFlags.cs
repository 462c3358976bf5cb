using System.CommandLine;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>How a new key slot is made: flags of `init` and `key add`.</summary>
internal sealed class KeySlotFlags
{
    private readonly Option<string?> _label = new("--label")
    {
        Description = "What the new key slot is called. Stored in the clear.",
        HelpName = "TEXT",
    };

    private readonly Option<long?> _memory = CommonOptions.Size(
        "--argon2-memory", "Memory that one try of the passphrase takes. Default: 256MiB.");

    private readonly Option<int?> _passes = new("--argon2-passes")
    {
        Description = "Passes over that memory. Default: 3.",
        HelpName = "N",
    };

    public KeySlotFlags(Command command)
    {
        command.Add(_label);
        command.Add(_memory);
        command.Add(_passes);
    }

    /// <summary>What was asked for.</summary>
    /// <exception cref="UsageException">It is not allowed.</exception>
    public KeySlotOptions Options(ParseResult arguments)
    {
        var kiB = (arguments.GetValue(_memory) ?? Argon2Cost.Default.MemoryKiB * 1024L) / 1024;
        var cost = new Argon2Cost(
            (int)Math.Min(kiB, int.MaxValue), arguments.GetValue(_passes) ?? Argon2Cost.Default.Passes);
        return cost.IsAllowed
            ? new KeySlotOptions { Label = arguments.GetValue(_label) ?? "", Cost = cost }
            : throw new UsageException(
                $"A try of a passphrase takes {Argon2Cost.MinimumMemoryKiB} KiB to "
                + $"{Argon2Cost.MaximumMemoryKiB / 1024 / 1024} GiB and 1 to {Argon2Cost.MaximumPasses} passes. "
                + "Nothing was changed.");
    }
}
