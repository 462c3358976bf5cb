using System.Globalization;
using BackupEngine.Chunkstore.Stages;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>Where the time of a job went, in words and a table.</summary>
internal static class StageText
{
    private const double MebibyteBytes = 1 << 20;

    /// <summary>The lines that `--stats` adds to the result of a command.</summary>
    public static IEnumerable<string> Of(StageReport report) =>
    [
        $"  bound by   {report.Bottleneck}",
        Line("stage", "threads s", "CPU s", "waited s", "MiB", "MiB/s a core"),
        .. report.Table.Select(Line),
        Line("other", "", Seconds(report.OtherCpuSeconds), "", "", ""),
    ];

    private static string Line(StageRow row) => Line(
        row.Stage,
        Seconds(row.WallSeconds),
        Seconds(row.CpuSeconds),
        Seconds(row.WaitSeconds),
        row.Bytes > 0 ? (row.Bytes / MebibyteBytes).ToString("F0", CultureInfo.InvariantCulture) : "",
        row.MibPerCpuSecond?.ToString("F0", CultureInfo.InvariantCulture) ?? "");

    private static string Line(string stage, string wall, string cpu, string waited, string bytes, string speed) =>
        $"  {stage,-14} {wall,10} {cpu,8} {waited,10} {bytes,10} {speed,13}".TrimEnd();

    private static string Seconds(double seconds) => seconds.ToString("F3", CultureInfo.InvariantCulture);
}
