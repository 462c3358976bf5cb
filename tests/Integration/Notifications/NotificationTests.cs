using BackupEngine.ControlPlane.Workflows;
using BackupEngine.Integration.Support;

namespace BackupEngine.Integration.Notifications;

/// <summary>Notifications of real workflows over a real broker, as a stock consumer takes them.</summary>
[Collection(Broker.Name)]
public sealed class NotificationTests(VolumeFileSystem files)
{
    private readonly string _name = "test-" + Guid.NewGuid().ToString("N")[..8];

    [Fact]
    public async Task A_stock_consumer_sees_the_start_the_end_and_the_error_of_every_action()
    {
        await using var consumer = await NotificationConsumer.StartAsync(Broker.Address, _name, _name);
        await using var engine = await EngineUnderTest.StartAsync(files, "rabbitmq", Options());
        var volume = await engine.User.CreateVolumeAsync();
        var good = await engine.User.BackupAsync(volume);
        await engine.User.AwaitVolumeAsync(await engine.User.BeginRestoreAsync(good), "available");
        engine.Probe.FailAt(WorkflowStep.AttachDevice, after: false);
        var failed = await engine.User.BeginBackupAsync(volume);
        await engine.User.AwaitBackupAsync(failed, "error");
        await engine.User.AwaitVolumeAsync(await engine.User.BeginRestoreAsync(good), "error_restoring");
        engine.Probe.FailAt(WorkflowStep.RemoveData, after: false);
        await engine.User.DeleteBackupAsync(good);
        await engine.User.AwaitBackupAsync(good, "error");
        engine.Probe.Rest();
        await engine.User.DeleteBackupAsync(good);

        await consumer.AwaitAsync(good, "info", "backup.delete.end");
        await consumer.AwaitAsync(good, "error", "backup.delete.error");

        Assert.Equal(
            [
                $"{_name}.info backup.create.start",
                $"{_name}.info backup.create.end",
                $"{_name}.info backup.restore.start",
                $"{_name}.info backup.restore.end",
                $"{_name}.info backup.restore.start",
                $"{_name}.info backup.delete.start",
                $"{_name}.info backup.delete.start",
                $"{_name}.info backup.delete.end",
                $"{_name}.error backup.restore.error",
                $"{_name}.error backup.delete.error",
            ],
            consumer.EventsOf(good));
        Assert.Equal(
            [$"{_name}.info backup.create.start", $"{_name}.error backup.create.error"], consumer.EventsOf(failed));
        Assert.Equal(12, consumer.Seen.Select(message => (string?)message["message_id"]).Distinct().Count());
        Assert.All(consumer.Seen, message =>
        {
            Assert.StartsWith("req-", (string?)message["_context_request_id"], StringComparison.Ordinal);
            Assert.Equal(volume.ToString(), (string?)message["payload"]!["volume_id"]);
        });
    }

    [Fact]
    public async Task A_broker_that_is_away_holds_up_no_backup_and_is_told_when_it_is_back()
    {
        AddVirtualHost();
        var address = $"{Broker.Address.TrimEnd('/')}/{_name}";
        await using (var engine = await EngineUnderTest.StartAsync(
            files, "rabbitmq", [.. Options(), ("RabbitMq", address)]))
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            engine.Probe.OnStep = (step, after) =>
            {
                if (step != WorkflowStep.RecordUpdated || after)
                    return Task.CompletedTask;
                reached.TrySetResult();
                return goOn.Task;
            };
            var backup = await engine.User.BeginBackupAsync(await engine.User.CreateVolumeAsync());
            await reached.Task;
            // The engine was the first to declare the queue: a consumer that comes later, and declares the same as
            // oslo.messaging does, finds what was sent.
            await AwaitAsync(address, backup, "backup.create.start", "backup.create.start");

            BrokerControl.Run("delete_vhost", _name);
            goOn.SetResult();
            await engine.User.AwaitBackupAsync(backup, "available");
            AddVirtualHost();

            await AwaitAsync(address, backup, "backup.create.end", "backup.create.end");
        }

        BrokerControl.Run("delete_vhost", _name);
    }

    private async Task AwaitAsync(string address, Guid backup, string last, params string[] expected)
    {
        await Eventually.HoldsAsync(
            () => Task.FromResult(BrokerControl.Run("list_queues", "-p", _name, "name", "messages")
                .Contains($"{_name}.info\t1", StringComparison.Ordinal)),
            $"the queue of notifications with {last}");
        await using var consumer = await NotificationConsumer.StartAsync(address, _name, _name);
        await consumer.AwaitAsync(backup, "info", last);
        Assert.Equal(expected.Select(type => $"{_name}.info {type}"), consumer.EventsOf(backup));
    }

    private (string Name, string Value)[] Options() =>
    [
        ("Notifications", "messagingv2"),
        ("NotificationExchange", _name),
        ("NotificationTopic", _name),
    ];

    private void AddVirtualHost()
    {
        BrokerControl.Run("add_vhost", _name);
        BrokerControl.Run("set_permissions", "-p", _name, "guest", ".*", ".*", ".*");
    }
}
