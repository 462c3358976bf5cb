using System.Diagnostics;
using System.Globalization;

namespace BackupEngine.Benchmarks.IndexScale;

/// <summary>What the kernel counts of this process.</summary>
/// <param name="Seconds">A clock.</param>
/// <param name="CpuSeconds">CPU time, user and system.</param>
/// <param name="PagesRead">Page faults that had to read from the disk.</param>
/// <param name="AnonymousBytes">Resident memory of its own.</param>
/// <param name="FileBytes">Resident pages of mapped files, which the kernel may take back at any time.</param>
internal sealed record ProcessFigures(
    double Seconds, double CpuSeconds, long PagesRead, long AnonymousBytes, long FileBytes)
{
    private const int PagesReadField = 9;

    public static ProcessFigures Now()
    {
        var status = File.ReadAllLines("/proc/self/status");
        var fields = File.ReadAllText("/proc/self/stat").Split(") ")[^1].Split(' ');
        return new ProcessFigures(
            Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency,
            Environment.CpuUsage.TotalTime.TotalSeconds,
            long.Parse(fields[PagesReadField], CultureInfo.InvariantCulture),
            Bytes("RssAnon:"),
            Bytes("RssFile:"));

        long Bytes(string field) => 1024 * long.Parse(
            status.First(line => line.StartsWith(field, StringComparison.Ordinal)).Split(
                (char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture);
    }

    public ProcessFigures Since(ProcessFigures start) => new(
        Seconds - start.Seconds, CpuSeconds - start.CpuSeconds, PagesRead - start.PagesRead, AnonymousBytes, FileBytes);
}
