using System.Diagnostics.Metrics;

namespace BackupEngine.DataPlane.Memory;

/// <summary>
/// Instruments of all buffer pools of the process, under the meter <c>BackupEngine.DataPlane.Memory</c>.
/// </summary>
internal static class BufferPoolMetrics
{
    private static readonly Meter Meter = new("BackupEngine.DataPlane.Memory");

    /// <summary>Blocks handed out.</summary>
    public static Counter<long> Rented { get; } =
        Meter.CreateCounter<long>("backupengine.buffers.rented", "{block}");

    /// <summary>Bytes in use now.</summary>
    public static UpDownCounter<long> InUse { get; } =
        Meter.CreateUpDownCounter<long>("backupengine.buffers.in_use", "By");

    /// <summary>Bytes mapped now.</summary>
    public static UpDownCounter<long> Mapped { get; } =
        Meter.CreateUpDownCounter<long>("backupengine.buffers.mapped", "By");

    /// <summary>Bytes that jobs may hold by grants of memory budgets.</summary>
    public static UpDownCounter<long> Granted { get; } =
        Meter.CreateUpDownCounter<long>("backupengine.memory.granted", "By");

    /// <summary>Rents refused because the pool was empty.</summary>
    public static Counter<long> Exhausted { get; } =
        Meter.CreateCounter<long>("backupengine.buffers.exhausted", "{rent}");
}
