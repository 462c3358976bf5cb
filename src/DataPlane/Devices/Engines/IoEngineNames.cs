using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.Devices.Engines;

/// <summary>The engines' names in flags, protocol and results.</summary>
public static class IoEngineNames
{
    /// <summary>Threads that block in pread and pwrite.</summary>
    public const string Threads = "threads";

    /// <summary>io_uring.</summary>
    public const string IoUring = "io_uring";

    /// <summary>Requests to an NBD server. Only in results: an NBD source has it of itself.</summary>
    public const string Nbd = "nbd";

    /// <summary>Every name that may be asked for.</summary>
    public static IReadOnlyList<string> All { get; } = ["auto", Threads, IoUring];

    /// <summary>Reads a name; empty means auto.</summary>
    /// <exception cref="UsageException">There is no such engine.</exception>
    public static IoEngineChoice Parse(string name) => name switch
    {
        "" or "auto" => IoEngineChoice.Auto,
        Threads => IoEngineChoice.Threads,
        IoUring => IoEngineChoice.IoUring,
        _ => throw new UsageException($"I/O engine '{name}' is not known: {string.Join(", ", All)}."),
    };
}
