using BackupEngine.ControlPlane.Database;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Idempotency;

/// <summary>Removes keys that have expired, now and then, on every host of the API.</summary>
internal sealed class IdempotencyKeySweep(
    IDbContextFactory<EngineDatabase> databases, TimeProvider clock, ILogger<IdempotencyKeySweep> log)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    /// <summary>One sweep; says how many were removed.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var now = clock.GetUtcNow().UtcDateTime;
        return await database.IdempotencyKeys.Where(row => row.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
                return;
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(e, "Expired idempotency keys could not be removed; it is tried again");
            }
        }
    }
}
