using System.Diagnostics;
using BackupEngine.ControlPlaneBench;

// Measures the control plane as real processes. Each command prints a table; see bench/README.md.
var services = Backing.From(args);
var watch = Stopwatch.StartNew();
var table = args.FirstOrDefault() switch
{
    "backups" => await BackupsRun.RunAsync(services),
    "requests" => await RequestsRun.RunAsync(services),
    "two-hosts" => await TwoHostsRun.RunAsync(services),
    "queue-look" => await QueueLookRun.RunAsync(services),
    _ => null,
};
if (table is null)
{
    await Console.Error.WriteLineAsync(
        "usage: control-plane-bench backups|requests|two-hosts|queue-look "
        + "[--postgresql CONNECTION --rabbitmq ADDRESS]\n"
        + "bench/compare/control-plane starts the servers and runs all of them.");
    return 2;
}

Console.WriteLine(
    $"`control-plane-bench {args[0]}` ({watch.Elapsed.TotalSeconds:0} s, {Environment.ProcessorCount} cores)");
Console.WriteLine();
Console.WriteLine(table);
return 0;
