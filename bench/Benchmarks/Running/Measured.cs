using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace BackupEngine.Benchmarks.Running;

/// <summary>How benchmarks run: in this process, because the kernels are internal and the build is one.</summary>
internal static class Measured
{
    private static readonly string ArtifactsPath = Path.Combine(AppContext.BaseDirectory, "BenchmarkDotNet.Artifacts");

    /// <summary>For figures to be believed.</summary>
    public static IConfig Config() => DefaultConfig.Instance
        .AddJob(Job.MediumRun.WithLaunchCount(1).WithToolchain(InProcessEmitToolchain.Instance))
        .AddDiagnoser(MemoryDiagnoser.Default)
        .AddColumn(new ThroughputColumn())
        .WithArtifactsPath(ArtifactsPath);

    /// <summary>For seeing that all of them still run.</summary>
    public static IConfig SmokeConfig() => ManualConfig.CreateEmpty()
        .AddJob(Job.Dry.WithStrategy(RunStrategy.Monitoring).WithWarmupCount(1).WithIterationCount(2)
            .WithToolchain(InProcessEmitToolchain.Instance))
        .AddColumnProvider(DefaultColumnProviders.Instance)
        .AddLogger(NullLogger.Instance)
        .WithArtifactsPath(ArtifactsPath);

    /// <summary>Whether every benchmark of a class ran to its end.</summary>
    public static bool IsWhole(Summary summary) =>
        !summary.HasCriticalValidationErrors
        && summary.Reports.Length == summary.BenchmarksCases.Length
        && summary.Reports.All(report => report.Success);
}
