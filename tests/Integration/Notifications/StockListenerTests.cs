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
        AssertIs(await listener.NextAsync(), "info", "backup.create.start", good, "creating");
        AssertIs(await listener.NextAsync(), "info", "backup.create.end", good, "available");

        engine.Probe.FailAt(WorkflowStep.AttachDevice, after: false);
        var failed = await engine.User.BeginBackupAsync(volume);
        AssertIs(await listener.NextAsync(), "info", "backup.create.start", failed, "creating");
        var error = await listener.NextAsync();

        AssertIs(error, "error", "backup.create.error", failed, "error");
        Assert.Contains(
            StepProbe.Message, (string?)error["payload"]!["fail_reason"], StringComparison.Ordinal);
    }

    private static void AssertIs(JsonNode told, string priority, string type, Guid backup, string status)
    {
        Assert.Equal(
            (priority, type, backup.ToString(), status),
            ((string?)told["priority"], (string?)told["event_type"], (string?)told["payload"]!["backup_id"],
                (string?)told["payload"]!["status"]));
        Assert.StartsWith("backup.test-", (string?)told["publisher_id"], StringComparison.Ordinal);
        Assert.StartsWith("req-", (string?)told["request_id"], StringComparison.Ordinal);
        Assert.True(Guid.TryParse((string?)told["message_id"], out _));
    }
}
