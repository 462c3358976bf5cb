using BackupEngine.Chunkstore.Compression;
using BackupEngine.DataPlane.Devices.Engines;
using BackupEngine.DataPlane.Transfers;
using Contract = BackupEngine.DataPlane.Protocol;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>Tuning as the protocol has it: 0 and empty mean the default of the data plane.</summary>
internal static class TuningReader
{
    /// <summary>Reads and checks it; null means all defaults.</summary>
    /// <exception cref="Errors.UsageException">A value is out of its range.</exception>
    public static TuningOptions Read(Contract.Tuning? tuning)
    {
        var defaults = new TuningOptions();
        return tuning is null ? defaults : new TuningOptions
        {
            Lanes = OrDefault(tuning.Lanes, defaults.Lanes),
            IoSizeBytes = OrDefault(tuning.IoSizeBytes, defaults.IoSizeBytes),
            QueueDepth = tuning.QueueDepth,
            IoEngine = IoEngineNames.Parse(tuning.IoEngine),
            Compression = Compression(tuning.Compression),
            CheckpointBytes = tuning.CheckpointIntervalBytes == 0
                ? defaults.CheckpointBytes
                : tuning.CheckpointIntervalBytes,
            CheckpointTime = tuning.CheckpointSeconds == 0
                ? defaults.CheckpointTime
                : TimeSpan.FromSeconds(tuning.CheckpointSeconds),
        }.Validate();
    }

    private static int OrDefault(int value, int defaultValue) => value == 0 ? defaultValue : value;

    private static CompressionAlgorithm Compression(string name) => name switch
    {
        "" or "lz4" => CompressionAlgorithm.Lz4,
        "none" => CompressionAlgorithm.None,
        _ => throw Refusal.InvalidArgument($"Compression '{name}' is not known: 'lz4' or 'none'."),
    };
}
