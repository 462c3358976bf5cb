using BackupEngine.ControlPlane.DataPlane;
using BackupEngine.ControlPlane.Hosting;

namespace BackupEngine.ControlPlane.BackupService;

/// <summary>
/// Finds, at start and again and again, what the data plane of this host does for claims that this host does not hold:
/// after the service or its whole host was away for longer than a lease, and other services have gone on.
/// </summary>
internal sealed class DataPlaneSweep(
    DataPlaneLeftovers leftovers,
    BackupClaims claims,
    EngineOptions options,
    TimeProvider time,
    ILogger<DataPlaneSweep> log) : BackgroundService
{
    private readonly TimeSpan _interval = TimeSpan.FromSeconds(options.LeaseSeconds / 2.0);

    /// <summary>
    /// One look: at the data plane first and at the records second. Whatever was seen had its claim before, so one that
    /// is made meanwhile is not mistaken for a lost one.
    /// </summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var record in (await leftovers.ListAsync(cancellationToken))
            .GroupBy(name => (name.BackupId, IsVerification: name.Kind == ClaimedName.Verify)))
        {
            var heldSince = await claims.HeldSinceAsync(
                record.Key.BackupId, record.Key.IsVerification, cancellationToken);
            foreach (var name in record.Where(name => heldSince is null || name.Claim < heldSince))
                await leftovers.EndAsync(name, cancellationToken);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(e, "The data plane could not be looked through; it is tried again");
            }

            await Task.Delay(_interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
