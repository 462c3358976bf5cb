using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Text;
using BackupEngine.Chunkstore.Hashing;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace BackupEngine.Benchmarks.Running;

/// <summary>
/// `--smoke`: every benchmark once, small. Figures are printed but mean little; what counts is that all of them ran and
/// what they computed: the hash of all results is the same on every run of one kind of machine.
/// </summary>
internal static class Smoke
{
    public static int Run()
    {
        Scale.IsSmoke = true;
        var started = Stopwatch.GetTimestamp();
        var outcomes = new StringBuilder();
        var failures = 0;
        foreach (var type in Classes())
        {
            failures += RunClass(type, outcomes);
        }

        Span<byte> digest = stackalloc byte[Blake3.DigestBytes];
        Blake3.Hash(Encoding.UTF8.GetBytes(outcomes.ToString()), digest);
        Console.WriteLine($"results {Convert.ToHexStringLower(digest[..8])}, kernel {Blake3.Kernel}, "
            + $"{failures} failed, {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s");
        return failures == 0 ? 0 : 1;
    }

    private static IEnumerable<Type> Classes() => typeof(Smoke).Assembly.GetTypes()
        .Where(type => type.GetMethods().Any(method => method.GetCustomAttribute<BenchmarkAttribute>() is not null))
        .OrderBy(type => type.FullName, StringComparer.Ordinal);

    private static int RunClass(Type type, StringBuilder outcomes)
    {
        Console.WriteLine($"{type.Name}: {type.GetCustomAttribute<DescriptionAttribute>()?.Description}");
        var summary = BenchmarkRunner.Run(type, Measured.SmokeConfig());
        foreach (var report in summary.Reports)
        {
            Console.WriteLine(Line(report));
        }

        if (!Measured.IsWhole(summary))
        {
            var errors = summary.ValidationErrors.Select(error => error.Message);
            Console.WriteLine($"  FAILED: {string.Join("; ", errors)}");
            return 1;
        }

        foreach (var benchmark in summary.BenchmarksCases)
        {
            outcomes.AppendLine(BenchmarkOutcome.Of(benchmark));
        }

        return 0;
    }

    private static string Line(BenchmarkReport report)
    {
        var benchmark = report.BenchmarkCase;
        var mean = report.ResultStatistics is { } statistics ? $"{statistics.Mean / 1e3:N1} us" : "no result";
        var throughput = ThroughputColumn.Of(report) is { } value ? $", {value:N0} MiB/s" : "";
        var name = $"{benchmark.Descriptor.WorkloadMethod.Name} {benchmark.Parameters.DisplayInfo}";
        return $"  {name,-70} {mean}{throughput}";
    }
}
