using System.Diagnostics.Metrics;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Notifications;
using BackupEngine.ControlPlane.Notifications.Sending;
using BackupEngine.ControlPlane.Tests.Api;
using BackupEngine.ControlPlane.Tests.Workflows.Support;
using Microsoft.Extensions.Logging;

namespace BackupEngine.ControlPlane.Tests.Notifications;

/// <summary>
/// What becomes of what was told: it is sent in its order, waits while the broker is away, and where too much waits the
/// oldest go, which is counted and said.
/// </summary>
public sealed class NotificationSenderTests : IDisposable
{
    private readonly WorkflowBench _bench = new() { Notifications = NotificationSettings.MessagingV2 };
    private readonly RecordingPublisher _broker = new();
    private readonly LogRecorder _log = new(typeof(NotificationSender).FullName!);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task What_waits_is_sent_in_its_order_and_is_gone_then()
    {
        var ids = await AddAsync(250);
        using var sender = Sender();

        var sent = new List<int>();
        do
            sent.Add(await sender.SendAsync(Token));
        while (sent[^1] > 0);

        Assert.Equal([100, 100, 50, 0], sent);
        Assert.Equal(ids, _broker.Sent);
        Assert.Empty(await _bench.NotificationsAsync());
    }

    [Fact]
    public async Task While_the_broker_is_away_workflows_go_on_and_what_they_tell_waits_in_its_order()
    {
        _broker.IsAway = true;
        using var sender = Sender(new HastyTime());
        await sender.StartAsync(Token);
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        await _bench.RunAsync(backup.Id);
        Assert.Equal(BackupStatus.Available, (await _bench.BackupAsync(backup.Id)).Status);
        await Eventually.HoldsAsync(() => _log.Lines.Any(
            line => line.Contains("the broker is away. It waits in the database", StringComparison.Ordinal)));
        Assert.Equal(2, (await _bench.NotificationsAsync()).Count);

        _broker.IsAway = false;
        await Eventually.HoldsAsync(() => _broker.Types.Count == 2);
        await sender.StopAsync(Token);

        Assert.Equal(["backup.create.start", "backup.create.end"], _broker.Types);
    }

    [Fact]
    public async Task What_the_broker_has_not_confirmed_is_sent_again_with_the_same_id()
    {
        var ids = await AddAsync(3);
        _broker.FailsAfter = 1;
        using var sender = Sender();
        await Assert.ThrowsAsync<NotificationNotSentException>(() => sender.SendAsync(Token));
        Assert.Equal(ids[1..], (await _bench.NotificationsAsync()).Select(left => left.MessageId));

        _broker.FailsAfter = null;
        Assert.Equal(2, await sender.SendAsync(Token));

        // The second one had reached the broker, but not its confirmation: it comes twice.
        Assert.Equal([ids[0], ids[1], ids[1], ids[2]], _broker.Sent);
    }

    [Fact]
    public async Task Beyond_what_may_wait_the_oldest_are_dropped_counted_and_said()
    {
        var ids = await AddAsync(7);
        using var sender = Sender(kept: 4);
        var dropped = 0L;
        using var meter = new MeterListener();
        meter.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "backupengine.notifications.dropped")
                listener.EnableMeasurementEvents(instrument);
        };
        meter.SetMeasurementEventCallback<long>((_, count, _, _) => dropped += count);
        meter.Start();

        await sender.SendAsync(Token);

        Assert.Equal(ids[3..], _broker.Sent);
        Assert.Equal(3, dropped);
        Assert.StartsWith("3 notifications, the oldest, were dropped", Assert.Single(_log.Lines), StringComparison
            .Ordinal);
    }

    [Fact]
    public async Task One_process_at_a_time_sends_and_another_goes_on_when_it_has_stopped()
    {
        await AddAsync(1);
        using var first = Sender();
        using var second = Sender();
        Assert.Equal(1, await first.SendAsync(Token));
        await AddAsync(2);

        Assert.Equal(0, await second.SendAsync(Token));
        await first.StopAsync(Token);
        Assert.Equal(2, await second.SendAsync(Token));
        await AddAsync(1);
        Assert.Equal(0, await first.SendAsync(Token));
    }

    private async Task<Guid[]> AddAsync(int count)
    {
        var options = _bench.Options();
        var outbox = new NotificationOutbox(options);
        await using var database = _bench.CreateDbContext();
        for (var i = 0; i < count; i++)
            outbox.Add(
                database, new BackupEntity { Id = Guid.NewGuid() }, NotificationEvent.StartOf("create"), "",
                DateTime.UtcNow);
        var ids = database.ChangeTracker.Entries<NotificationEntity>()
            .Select(entry => entry.Entity.MessageId).ToArray();
        await database.SaveChangesAsync(Token);
        Assert.Equal(ids, (await _bench.NotificationsAsync()).TakeLast(count).Select(row => row.MessageId));
        return ids;
    }

    private NotificationSender Sender(TimeProvider? time = null, int kept = 1000)
    {
        var options = _bench.Options();
        options.NotificationsKept = kept;
        return new NotificationSender(
            _bench, _broker, new NotificationTurn(_bench), options, time ?? TimeProvider.System,
            LoggerFactory.Create(logging => logging.AddProvider(_log)).CreateLogger<NotificationSender>());
    }
}
