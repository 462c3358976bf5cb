using BackupEngine.ControlPlane.BackupService;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Hosts;
using BackupEngine.ControlPlane.Scheduling;
using BackupEngine.ControlPlane.Tests.Workflows.Support;
using BackupEngine.ControlPlane.Workflows;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.ControlPlane.Tests.BackupService;

/// <summary>
/// One backup service: what claims, runs and sweeps, on the database of a bench that several may share.
/// </summary>
internal sealed class ServiceBench : IDisposable
{
    public ServiceBench(WorkflowBench bench, string host = WorkflowBench.Host, Action<EngineOptions>? configure = null)
    {
        var options = bench.Options(host);
        configure?.Invoke(options);
        var services = new WorkflowServices(
            bench, bench.Volumes, bench
                .DataPlane, new NoStepObserver(), options, TimeProvider.System, NullLoggerFactory.Instance);
        Claims = new BackupClaims(bench, options, TimeProvider.System);
        Runner = new BackupRunner(
            new WorkflowExecutor(services, bench.Leftovers(), NullLogger<WorkflowExecutor>.Instance),
            options, TimeProvider.System, NullLogger<BackupRunner>.Instance);
        Intake = new BackupIntake(Claims, Runner, NullLogger<BackupIntake>.Instance);
        Hosts = new HostDirectory(bench, options);
        Dispatcher = new BackupDispatcher(
            new BackupQueue(bench, Hosts, options), Intake, Runner, options, TimeProvider.System,
            NullLogger<BackupDispatcher>.Instance);
        Sweeper = new BackupSweeper(
            Claims, Intake, Runner, new StrandedStatuses(bench, NullLogger<StrandedStatuses>.Instance), Sender, options,
            TimeProvider.System, NullLogger<BackupSweeper>.Instance);
    }

    public BackupClaims Claims { get; }

    public BackupRunner Runner { get; }

    public BackupIntake Intake { get; }

    public HostDirectory Hosts { get; }

    public BackupDispatcher Dispatcher { get; }

    public BackupSweeper Sweeper { get; }

    public RecordingSender Sender { get; } = new();

    public Task IdleAsync() => Eventually.HoldsAsync(() => Runner.UnderWay.Count == 0);

    public void Dispose()
    {
        Sweeper.Dispose();
        Dispatcher.Dispose();
        Runner.Dispose();
    }
}
