using System.CommandLine;
using BackupEngine.Chunkstore.Compression;
using BackupEngine.DataPlane.Devices.Engines;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>The flags of backup and restore that say how the machine is used.</summary>
internal sealed class TuningFlags
{
    private readonly Option<int?> _lanes =
        new("--lanes") { Description = "Lanes. Default: one for each core up to 32." };
    private readonly Option<long?> _ioSize = CommonOptions.Size("--io-size", "Size of one transfer. Default: 1MiB.");
    private readonly Option<int?> _queueDepth = new("--queue-depth")
    {
        Description = "Transfers in flight or waiting, for each lane. Default: 8, or fewer with very many lanes.",
    };

    private readonly Option<string> _ioEngine = new("--io-engine")
    {
        Description = "What carries out transfers: auto, threads, or io_uring (an error where that is not to be had).",
        DefaultValueFactory = _ => "auto",
    };

    private readonly Option<string> _compression = new("--compression")
    {
        Description = "Compression of new chunks: lz4 or none.",
        DefaultValueFactory = _ => "lz4",
    };

    private readonly Option<string> _direct = new("--direct")
    {
        Description = "Transfer past the page cache: on or off.",
        DefaultValueFactory = _ => "on",
    };

    private readonly Option<long?> _rateLimit =
        CommonOptions.Size("--rate-limit", "Bytes a second from or to the device. Default: no limit.");

    private readonly MemoryFlag _memory;

    private readonly Option<long?> _checkpointInterval = CommonOptions.Size(
        "--checkpoint-interval",
        "New bytes between checkpoints, from which an interrupted backup goes on. Default: 4GiB.");

    private readonly Option<int?> _checkpointSeconds = new("--checkpoint-seconds")
    {
        Description = "Longest time between checkpoints. Default: 300.",
        HelpName = "SECONDS",
    };

    /// <summary>Adds the flags to a command.</summary>
    public TuningFlags(Command command, bool compresses)
    {
        _compression.AcceptOnlyFromAmong("lz4", "none");
        _direct.AcceptOnlyFromAmong("on", "off");
        _ioEngine.AcceptOnlyFromAmong([.. IoEngineNames.All]);
        command.Add(_lanes);
        command.Add(_ioSize);
        command.Add(_queueDepth);
        command.Add(_ioEngine);
        command.Add(_direct);
        command.Add(_rateLimit);
        _memory = new MemoryFlag(command);
        if (compresses)
        {
            command.Add(_compression);
            command.Add(_checkpointInterval);
            command.Add(_checkpointSeconds);
        }
    }

    /// <summary>Whether to bypass the page cache.</summary>
    public bool Direct(ParseResult arguments) => arguments.GetValue(_direct) == "on";

    /// <summary>The limit on the device; null for none.</summary>
    public RateLimiter? RateLimiter(ParseResult arguments) =>
        arguments.GetValue(_rateLimit) is { } rate ? new RateLimiter(rate) : null;

    /// <summary>The bound of the buffers.</summary>
    public SharedResources Shared(ParseResult arguments) => _memory.Shared(arguments);

    /// <summary>The rest.</summary>
    /// <exception cref="UsageException">A value is outside of its range.</exception>
    public TuningOptions Options(ParseResult arguments)
    {
        var defaults = new TuningOptions();
        return new TuningOptions
        {
            Lanes = arguments.GetValue(_lanes) ?? defaults.Lanes,
            IoSizeBytes = ClampToInt(arguments.GetValue(_ioSize)) ?? defaults.IoSizeBytes,
            QueueDepth = PositiveDepth(arguments.GetValue(_queueDepth)) ?? defaults.QueueDepth,
            IoEngine = IoEngineNames.Parse(arguments.GetRequiredValue(_ioEngine)),
            Compression = arguments.GetValue(_compression) == "none"
                ? CompressionAlgorithm.None
                : CompressionAlgorithm.Lz4,
            CheckpointBytes = arguments.GetValue(_checkpointInterval) ?? defaults.CheckpointBytes,
            CheckpointTime = arguments.GetValue(_checkpointSeconds) is { } seconds
                ? TimeSpan.FromSeconds(seconds)
                : defaults.CheckpointTime,
        }.Validate();
    }

    private static int? ClampToInt(long? bytes) => bytes is { } value ? (int)Math.Min(value, int.MaxValue) : null;

    private static int? PositiveDepth(int? depth) =>
        depth is 0 ? throw new UsageException("Tuning: queue depth must be at least 1, not 0.") : depth;
}
