using System.Diagnostics.Metrics;

namespace BackupEngine.DataPlane.Backup;

/// <summary>
/// Instruments of all backups of the process, under the meter <c>BackupEngine.DataPlane.Backup</c>.
/// </summary>
internal static class BackupMetrics
{
    private static readonly Meter Meter = new("BackupEngine.DataPlane.Backup");

    private static readonly Counter<long> FullReads =
        Meter.CreateCounter<long>("backupengine.backup.full_reads", "{backup}");

    private static readonly Counter<long> ComparedBytes =
        Meter.CreateCounter<long>("backupengine.backup.compared_bytes", "By");

    /// <summary>An incremental reads everything although it was to read only what changed.</summary>
    public static void CountFullRead(FullReadReason reason) =>
        FullReads.Add(1, new KeyValuePair<string, object?>("reason", reason.ToText()));

    /// <summary>Bytes said to be unchanged were read and compared.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="by"><c>spot_check</c>, <c>reread</c> or <c>resume_check</c>.</param>
    public static void CountCompared(long bytes, string by) =>
        ComparedBytes.Add(bytes, new KeyValuePair<string, object?>("by", by));
}
