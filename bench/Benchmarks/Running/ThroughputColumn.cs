using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace BackupEngine.Benchmarks.Running;

/// <summary>MiB/s of benchmarks that have a parameter `Bytes`: what one operation goes through.</summary>
internal sealed class ThroughputColumn : IColumn
{
    private const double MebibyteBytes = 1 << 20;

    public string Id => nameof(ThroughputColumn);

    public string ColumnName => "MiB/s";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => "Mebibytes per second, of the mean";

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
        Of(summary[benchmarkCase]) is { } value ? value.ToString("N0", CultureInfo.InvariantCulture) : "-";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) =>
        GetValue(summary, benchmarkCase);

    /// <summary>The throughput, or null where it has no meaning or nothing was measured.</summary>
    public static double? Of(BenchmarkReport? report)
    {
        var bytes = report?.BenchmarkCase.Parameters.Items.FirstOrDefault(item => item.Name == "Bytes")?.Value;
        return bytes is null || report!.ResultStatistics is not { Mean: > 0 } statistics
            ? null
            : Convert.ToDouble(bytes, CultureInfo.InvariantCulture) / MebibyteBytes / (statistics.Mean / 1e9);
    }
}
