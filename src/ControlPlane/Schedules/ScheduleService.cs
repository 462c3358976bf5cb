using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Schedules.Retention;
using BackupEngine.ControlPlane.Schedules.Runs;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Schedules;

/// <summary>
/// Runs the schedules, on every host that has the API. What is done is in the records, one step of it at a time, so it
/// makes no difference which host does the next one, or how many look at the same moment.
/// </summary>
internal sealed class ScheduleService(
    IServiceScopeFactory scopes,
    IDbContextFactory<EngineDatabase> databases,
    RunPlanner planner,
    RunSettler settler,
    EngineOptions options,
    TimeProvider time,
    ILogger<ScheduleService> log) : BackgroundService
{
    private const int MostPerLook = 100;

    private static readonly TimeSpan ForgetInterval = TimeSpan.FromHours(1);

    private long? _forgotten;

    /// <summary>One look: what is due is planned, begun, ended, and what is not kept any more goes.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        await TryAsync(PlanAsync, "planned", cancellationToken);
        await TryAsync(BeginAsync, "begun", cancellationToken);
        await TryAsync(settler.SettleAsync, "ended", cancellationToken);
        await TryAsync(RetainAsync, "thinned out", cancellationToken);
        await TryAsync(ForgetAsync, "forgotten", cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.ScheduleSeconds), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await LookAsync(stoppingToken);
    }

    private async Task PlanAsync(CancellationToken cancellationToken)
    {
        foreach (var policy in await planner.FindDueAsync(cancellationToken))
            await TryAsync(token => planner.PlanAsync(policy, token), "planned", cancellationToken);
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        Guid[] due;
        await using (var database = await databases.CreateDbContextAsync(cancellationToken))
        {
            due = await database.BackupPolicyRuns
                .Where(run => run.Status == BackupPolicyRunStatus.Planned && run.StartAt <= DateTime.UtcNow)
                .OrderBy(run => run.StartAt).Select(run => run.Id).Take(MostPerLook).ToArrayAsync(cancellationToken);
        }

        // Each host in another order: so that they do not wait for each other at every run.
        Random.Shared.Shuffle(due);
        foreach (var run in due)
            await TryAsync(
                token => InScopeAsync<RunStarter>(starter => starter.StartAsync(run, token)),
                "begun", cancellationToken);
    }

    private async Task RetainAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var due = await database.BackupPolicyRuns.Where(run => run.RetentionDue)
            .Select(run => new { run.PolicyId, run.VolumeId }).Distinct().Take(MostPerLook)
            .ToListAsync(cancellationToken);
        foreach (var item in due)
            await TryAsync(
                token => InScopeAsync<RetentionWork>(work => work.ApplyAsync(item.PolicyId, item.VolumeId, token)),
                "thinned out", cancellationToken);
    }

    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        if (_forgotten is { } last && time.GetElapsedTime(last) < ForgetInterval)
            return;
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.BackupPolicyRuns
            .Where(run => run.EndedAt < DateTime.UtcNow.AddDays(-options.ScheduleHistoryDays) && !run.RetentionDue)
            .ExecuteDeleteAsync(cancellationToken);
        _forgotten = time.GetTimestamp();
    }

    private async Task InScopeAsync<T>(Func<T, Task> work)
        where T : notnull
    {
        await using var scope = scopes.CreateAsyncScope();
        await work(scope.ServiceProvider.GetRequiredService<T>());
    }

    /// <summary>What fails stops neither the rest nor the next look.</summary>
    private async Task TryAsync(
        Func<CancellationToken, Task> step, string what, CancellationToken cancellationToken)
    {
        try
        {
            await step(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            log.LogError(e, "What is due of backup policies could not be {What}; it is tried again", what);
        }
    }
}
