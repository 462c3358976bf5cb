using BackupEngine.Chunkstore.Encryption;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>How the job server is run.</summary>
public sealed record ServeOptions
{
    /// <summary>The Unix socket to serve on, at most 107 bytes long; its directory exists.</summary>
    public required string SocketPath { get; init; }

    /// <summary>
    /// Stop, as for SIGTERM, when standard input ends. A supervisor that starts this program with a pipe as its
    /// standard input, and keeps the other end open, thereby takes it along when it dies, in whatever way. Off: a
    /// supervisor that comes back finds the jobs still running.
    /// </summary>
    public bool StopAtEndOfInput { get; init; }

    /// <summary>
    /// What opens the repositories that jobs use, and new ones that they create: all of them are encrypted then. Null:
    /// none is.
    /// </summary>
    public RepositorySecret? Secret { get; init; }

    /// <summary>Limits the transfers of all jobs together, in bytes per second; 0 for no limit.</summary>
    public long RateLimitBytesPerSecond { get; init; }

    /// <summary>What the buffers of all jobs together may take, in bytes.</summary>
    public long MemoryBudgetBytes { get; init; } = DefaultMemoryBudgetBytes;

    /// <summary>1 GiB, or a quarter of the host's memory where that is less.</summary>
    public static long DefaultMemoryBudgetBytes =>
        Math.Min(1L << 30, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4);

    /// <summary>The least that is logged.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>
    /// How long calls and jobs may take to end after SIGTERM; what has not ended then ends with the process.
    /// </summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(8);
}
