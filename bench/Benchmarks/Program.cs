using BackupEngine.Benchmarks.Bound;
using BackupEngine.Benchmarks.IndexScale;
using BackupEngine.Benchmarks.IoEngines;
using BackupEngine.Benchmarks.Running;
using BenchmarkDotNet.Running;

return args switch
{
    ["--smoke"] => Smoke.Run(),
    [IndexScaleProgram.Name, ..] => await IndexScaleProgram.RunAsync(args),
    [IoEnginesProgram.Name, ..] => IoEnginesProgram.Run(args),
    [StageCostProgram.Name, ..] => StageCostProgram.Run(args),
    _ => Measure(args),
};

static int Measure(string[] args)
{
    var summaries = BenchmarkSwitcher.FromAssembly(typeof(Smoke).Assembly).Run(args, Measured.Config()).ToArray();
    return summaries.Length > 0 && summaries.All(Measured.IsWhole) ? 0 : 1;
}
