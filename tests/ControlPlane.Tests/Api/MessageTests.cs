using System.Net;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>What users are told about work that failed.</summary>
public sealed class MessageTests(ApiHost host) : IClassFixture<ApiHost>
{
    private ApiClient Demo => host.As(ApiHost.Demo);

    [Fact]
    public async Task A_message_is_listed_shown_and_deleted()
    {
        var message = await AddAsync();

        var shown = (await Demo.GetAsync($"/messages/{message.Id}"))["message"];

        Assert.Equal("VOLUME_VOLUME_BACKUP_013_021", (string?)shown["event_id"]);
        Assert.Equal("create backup: Failed to attach volume.", (string?)shown["user_message"]);
        Assert.Equal(message.ResourceId, (Guid)shown["resource_uuid"]!);
        var listed = await Demo.GetAsync($"/messages?resource_uuid={message.ResourceId}");
        Assert.Equal([message.Id], listed["messages"].AsArray().Select(item => (Guid)item!["id"]!));
        (await Demo.DeleteAsync($"/messages/{message.Id}")).MustBe(HttpStatusCode.NoContent);
        (await Demo.GetAsync($"/messages/{message.Id}")).MustRefuse(
            404, "itemNotFound", $"Message {message.Id} could not be found.");
    }

    [Fact]
    public async Task Messages_are_the_projects_own_and_of_their_version()
    {
        var message = await AddAsync();

        (await host.As(ApiHost.Other).GetAsync($"/messages/{message.Id}")).MustBe(HttpStatusCode.NotFound);
        (await host.As(ApiHost.Other).DeleteAsync($"/messages/{message.Id}")).MustBe(HttpStatusCode.NotFound);
        Assert.Empty((await host.As(ApiHost.Other).GetAsync("/messages"))["messages"].AsArray());
        (await host.As(ApiHost.Demo, "3.2").GetAsync("/messages")).MustRefuse(
            404, "itemNotFound", "The resource could not be found.");
    }

    private Task<MessageEntity> AddAsync() => host.AddAsync(new MessageEntity
    {
        Id = Guid.NewGuid(),
        ProjectId = ApiHost.Demo.ProjectId,
        ResourceType = "VOLUME_BACKUP",
        ResourceId = Guid.NewGuid(),
        ActionId = "013",
        DetailId = "021",
        CreatedAt = DateTime.UtcNow,
        ExpiresAt = DateTime.UtcNow.AddDays(1),
    });
}
