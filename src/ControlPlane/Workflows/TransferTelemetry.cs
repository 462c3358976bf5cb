using System.Diagnostics.Metrics;
using BackupEngine.DataPlane.Protocol;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>
/// What finished transfers moved and took, as metrics of the workflows' meter. The data plane itself sends none: what
/// it counted is in the results of its jobs.
/// </summary>
public static class TransferTelemetry
{
    private static readonly Meter Meter = new(WorkflowTelemetry.SourceName);

    private static readonly Counter<long> Bytes = Meter.CreateCounter<long>(
        "backupengine.transfer.bytes", "By", "Bytes of finished transfers, by what was done with them.");

    private static readonly Histogram<double> Seconds = Meter.CreateHistogram<double>(
        "backupengine.transfer.duration", "s", "Time that finished transfers took in the data plane.");

    private static readonly Counter<double> CpuSeconds = Meter.CreateCounter<double>(
        "backupengine.transfer.cpu_time", "s", "Processor time that finished transfers took in the data plane.");

    /// <summary>A backup is published.</summary>
    public static void Count(BackupResult result)
    {
        Add("backup", "read", result.BytesRead);
        Add("backup", "spot_check", result.SpotCheckBytes);
        Add("backup", "reread", result.RereadBytes);
        Add("backup", "resumed", result.ResumedBytes);
        Add("backup", "new", result.BytesNew);
        Add("backup", "stored", result.BytesStored);
        Time("backup", result.Seconds, result.CpuSeconds);
    }

    /// <summary>A restore is complete.</summary>
    public static void Count(RestoreResult result)
    {
        Add("restore", "read", result.BytesRead);
        Add("restore", "same", result.BytesSame);
        Add("restore", "written", result.BytesWritten);
        Add("restore", "zero", result.ZeroBytes);
        Time("restore", result.Seconds, result.CpuSeconds);
    }

    private static void Add(string workflow, string kind, long bytes) => Bytes.Add(
        bytes, new("workflow", workflow), new KeyValuePair<string, object?>("kind", kind));

    private static void Time(string workflow, double seconds, double cpuSeconds)
    {
        var tag = new KeyValuePair<string, object?>("workflow", workflow);
        Seconds.Record(seconds, tag);
        CpuSeconds.Add(cpuSeconds, tag);
    }
}
