namespace BackupEngine.Benchmarks.IoEngines;

/// <summary>What a pass over the device took.</summary>
/// <param name="MiBPerSecond">Throughput.</param>
/// <param name="CpuSeconds">CPU seconds of the process for each GiB, the kernel's workers for it included.</param>
/// <param name="MachineCpuSeconds">CPU seconds of the whole machine for each GiB: of use only where it does nothing
/// else.</param>
internal sealed record ReadingFigures(double MiBPerSecond, double CpuSeconds, double MachineCpuSeconds)
{
    /// <summary>The median of each figure by itself.</summary>
    public static ReadingFigures Median(IReadOnlyList<ReadingFigures> of) => new(
        Median(of.Select(figures => figures.MiBPerSecond)),
        Median(of.Select(figures => figures.CpuSeconds)),
        Median(of.Select(figures => figures.MachineCpuSeconds)));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
