using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Hosting;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Notifications.Sending;

/// <summary>
/// Sends what waits in the outbox, oldest first, and removes what the broker has confirmed. What it does not confirm
/// waits, and is sent again: at least once. Only where more wait than may be kept, the oldest are dropped, which is
/// counted and said in the log.
/// </summary>
internal sealed class NotificationSender(
    IDbContextFactory<EngineDatabase> databases,
    INotificationPublisher publisher,
    NotificationTurn turn,
    EngineOptions options,
    TimeProvider time,
    ILogger<NotificationSender> log) : BackgroundService
{
    private const int MostAtOnce = 100;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(30);

    /// <summary>Sends some of what waits, where it is this process's turn.</summary>
    /// <returns>How many were sent.</returns>
    /// <exception cref="NotificationNotSentException">The broker has not confirmed one; those after it wait too.
    /// </exception>
    public async Task<int> SendAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (!await database.Notifications.AnyAsync(cancellationToken) || !await turn.TryTakeAsync(cancellationToken))
            return 0;
        var begun = time.GetTimestamp();
        await DropExcessAsync(database, cancellationToken);
        var waiting = await database.Notifications.AsNoTracking()
            .OrderBy(notification => notification.Sequence)
            .Take(MostAtOnce)
            .ToListAsync(cancellationToken);
        var sent = 0;
        // No longer than half of the turn, so that the last one is confirmed while it is still this process's.
        while (sent < waiting.Count && time.GetElapsedTime(begun) < NotificationTurn.Length / 2)
        {
            var next = waiting[sent];
            await publisher.PublishAsync(next, cancellationToken);
            NotificationTelemetry.CountSent();
            await database.Notifications.Where(notification => notification.Sequence == next.Sequence)
                .ExecuteDeleteAsync(cancellationToken);
            sent++;
        }

        return sent;
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await turn.EndAsync(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            log.LogWarning(e, "The turn to send notifications could not be given up; another process waits until it "
                + "has run out");
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = Interval;
        while (!stoppingToken.IsCancellationRequested)
        {
            pause = await TrySendAllAsync(stoppingToken) ? Interval
                : pause * 2 < LongestInterval ? pause * 2
                : LongestInterval;
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> TrySendAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await SendAsync(cancellationToken) > 0)
            {
                // There may be more.
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // This process stops; what was not sent waits.
        }
        catch (Exception e)
        {
            NotificationTelemetry.CountFailure();
            log.LogWarning(
                "A notification could not be sent: {Cause}. It waits in the database, and is sent again", e.Message);
            return false;
        }

        return true;
    }

    private async Task DropExcessAsync(EngineDatabase database, CancellationToken cancellationToken)
    {
        var excess = await database.Notifications.CountAsync(cancellationToken) - options.NotificationsKept;
        if (excess <= 0)
            return;
        var last = await database.Notifications.OrderBy(notification => notification.Sequence)
            .Select(notification => notification.Sequence)
            .Skip(excess - 1)
            .FirstAsync(cancellationToken);
        var dropped = await database.Notifications.Where(notification => notification.Sequence <= last)
            .ExecuteDeleteAsync(cancellationToken);
        NotificationTelemetry.CountDropped(dropped);
        log.LogError(
            "{Count} notifications, the oldest, were dropped without having been sent: more than NotificationsKept "
            + "{Kept} waited for the broker", dropped, options.NotificationsKept);
    }
}
