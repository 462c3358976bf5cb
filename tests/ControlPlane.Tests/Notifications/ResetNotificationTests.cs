using System.Net;
using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Tests.Api;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Tests.Notifications;

/// <summary>What the API tells itself: that an administrator has set a status.</summary>
public sealed class ResetNotificationTests
{
    [Theory]
    [InlineData(
        NotificationSettings.MessagingV2, "backup.reset_status.start error", "backup.reset_status.end available")]
    [InlineData(NotificationSettings.Off)]
    public async Task A_reset_of_the_status_is_told_before_and_after_where_notifications_are_on(
        string notifications, params string[] expected)
    {
        await using var host = new ApiHost { Configure = options => options.Notifications = notifications };
        await host.InitializeAsync();
        var backup = await host.AddBackupAsync(await host.AddVolumeAsync(), BackupStatus.Error);

        var answer = await host.As(ApiHost.Admin).PostAsync(
            $"/backups/{backup.Id}/action", "{\"os-reset_status\":{\"status\":\"available\"}}");

        answer.MustBe(HttpStatusCode.Accepted);
        await using var database = host.Database();
        var told = (await database.Notifications.OrderBy(row => row.Sequence)
            .ToListAsync(TestContext.Current.CancellationToken)).ConvertAll(row => JsonNode.Parse(row.MessageJson)!);
        Assert.Equal(expected, told.Select(message => $"{message["event_type"]} {message["payload"]!["status"]}"));
        Assert.All(told, message => Assert.Equal(
            answer.Headers["x-openstack-request-id"], (string?)message["_context_request_id"]));
    }
}
