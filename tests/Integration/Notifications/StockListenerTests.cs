using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Workflows;
using BackupEngine.Integration.Support;

namespace BackupEngine.Integration.Notifications;

/// <summary>oslo.messaging's own listener is handed what the engine tells, field by field.</summary>
[Collection(Broker.Name)]
public sealed class StockListenerTests(VolumeFileSystem files)
{
    [Fact]
    public async Task The_listener_of_oslo_messaging_is_handed_a_start_an_end_and_an_error()
    {
        var name = "test-" + Guid.NewGuid().ToString("N")[..8];
        await using var listener = await StockListener.StartAsync(Broker.Address, name, name);
        await using var engine = await EngineUnderTest.StartAsync(
            files, "rabbitmq",
            ("Notifications", "messagingv2"), ("NotificationExchange", name), ("NotificationTopic", name));
        var volume = await engine.User.CreateVolumeAsync();
        var good = await engine.User.BackupAsync(volume);
        engine.Probe.FailAt(WorkflowStep.AttachDevice, after: false);
        var failed = await engine.User.BeginBackupAsync(volume);
        // It hands what it takes to many threads: in which order they print is not the engine's.
        var told = new List<JsonNode>();
        while (told.Count < 4)
            told.Add(await listener.NextAsync());

        string[] expected =
        [
            $"error backup.create.error error {failed}",
            $"info backup.create.end available {good}",
            $"info backup.create.start creating {failed}",
            $"info backup.create.start creating {good}",
        ];
        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            told.Select(seen => $"{seen["priority"]} {seen["event_type"]} {seen["payload"]!["status"]} "
                + $"{seen["payload"]!["backup_id"]}").Order(StringComparer.Ordinal));
        Assert.All(told, seen =>
        {
            Assert.StartsWith("backup.test-", (string?)seen["publisher_id"], StringComparison.Ordinal);
            Assert.StartsWith("req-", (string?)seen["request_id"], StringComparison.Ordinal);
            Assert.True(Guid.TryParse((string?)seen["message_id"], out _));
        });
        Assert.Contains(
            StepProbe.Message,
            (string?)told.Single(seen => (string?)seen["priority"] == "error")["payload"]!["fail_reason"],
            StringComparison.Ordinal);
    }
}
