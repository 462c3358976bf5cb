using System.Net;
using BackupEngine.ControlPlane.Authentication;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>Our extension: a create that is asked for again under its key makes no second backup.</summary>
public sealed class IdempotencyTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const string Header = "Idempotency-Key";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Asked_again_it_gets_the_same_answer_and_nothing_is_done()
    {
        var volume = await host.AddVolumeAsync();
        var key = NewKey();

        var first = await PostAsync(volume, $"\"{key}\"", ",\"name\":\"a\"");
        var id = (Guid)first["backup"]["id"]!;
        (await host.As(ApiHost.Demo).PutAsync($"/backups/{id}", "{\"backup\":{\"name\":\"b\"}}"))
            .MustBe(HttpStatusCode.OK);
        var second = await PostAsync(volume, $"\"{key}\"", ",\"name\":\"a\"");
        var bare = await PostAsync(volume, key, ",\"name\":\"a\"");

        first.MustBe(HttpStatusCode.Accepted);
        Assert.Equal((first.Status, first.Text), (second.Status, second.Text));
        Assert.Equal((first.Status, first.Text), (bare.Status, bare.Text));
        Assert.Equal(1, await BackupsOfAsync(volume));
        Assert.Single(host.Sender.Of<CreateBackup>(), sent => sent.Command.BackupId == id);
    }

    [Fact]
    public async Task Many_at_the_same_moment_make_one_backup()
    {
        for (var round = 0; round < 5; round++)
        {
            var volume = await host.AddVolumeAsync();
            var key = NewKey();

            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostAsync(volume, key)));

            Assert.All(answers, answer => answer.MustBe(HttpStatusCode.Accepted));
            Assert.Single(answers.Select(answer => answer.Text).Distinct());
            Assert.Equal(1, await BackupsOfAsync(volume));
        }
    }

    [Fact]
    public async Task The_order_of_the_fields_does_not_matter()
    {
        var volume = await host.AddVolumeAsync();
        var key = NewKey();
        var first = await SendAsync($"{{\"backup\":{{\"volume_id\":\"{volume.Id}\",\"name\":\"a\"}}}}", key);

        var second = await SendAsync($"{{ \"backup\": {{\"name\":\"a\", \"volume_id\":\"{volume.Id}\"}} }}", key);

        Assert.Equal((HttpStatusCode.Accepted, first.Text), (second.Status, second.Text));
    }

    [Fact]
    public async Task Another_body_under_the_key_is_refused()
    {
        var (volume, other) = (await host.AddVolumeAsync(), await host.AddVolumeAsync());
        var key = NewKey();
        await PostAsync(volume, key);

        var refused = await PostAsync(other, key);

        refused.MustRefuse(
            422, "computeFault",
            "The Idempotency-Key was used for a request with another body. Send the same body again, or this one under "
            + "a new key.");
        Assert.Equal(VolumeStatus.Available, (await host.VolumeAsync(other.Id)).Status);
    }

    [Fact]
    public async Task A_request_that_was_refused_leaves_its_key_free()
    {
        var volume = await host.AddVolumeAsync(VolumeStatus.InUse);
        var key = NewKey();
        (await PostAsync(volume, key)).MustBe(HttpStatusCode.BadRequest);
        await using (var database = host.Database())
            await database.Volumes.Where(row => row.Id == volume.Id).ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Status, VolumeStatus.Available), Token);

        (await PostAsync(volume, key)).MustBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_key_is_its_projects_own()
    {
        var key = NewKey();
        var mine = await PostAsync(await host.AddVolumeAsync(), key);

        var anothers = await PostAsync(await host.AddVolumeAsync(owner: ApiHost.Other), key, user: ApiHost.Other);

        anothers.MustBe(HttpStatusCode.Accepted);
        Assert.NotEqual((Guid)mine["backup"]["id"]!, (Guid)anothers["backup"]["id"]!);
    }

    [Fact]
    public async Task A_key_that_has_expired_is_free_and_swept()
    {
        var (volume, other) = (await host.AddVolumeAsync(), await host.AddVolumeAsync());
        var (key, swept) = (NewKey(), NewKey());
        await PostAsync(volume, key);
        await host.AddAsync(new IdempotencyKeyEntity
        {
            ProjectId = ApiHost.Demo.ProjectId,
            Key = swept,
            ExpiresAt = DateTime.UtcNow.AddSeconds(-1),
        });
        await using (var database = host.Database())
            await database.IdempotencyKeys.Where(row => row.Key == key).ExecuteUpdateAsync(
                set => set.SetProperty(row => row.ExpiresAt, DateTime.UtcNow.AddSeconds(-1)), Token);

        (await PostAsync(other, key)).MustBe(HttpStatusCode.Accepted);
        await host.SweepKeysAsync();

        await using var after = host.Database();
        Assert.Equal([key], await after.IdempotencyKeys.Where(row => row.Key == key || row.Key == swept)
            .Select(row => row.Key).ToListAsync(Token));
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"half")]
    [InlineData("two words")]
    [InlineData("\"a\"b\"")]
    [InlineData("\"a\\\"")]
    [InlineData("one,two")]
    public async Task What_is_no_key_is_refused(string key)
    {
        var volume = await host.AddVolumeAsync();

        var refused = await PostAsync(volume, key);

        refused.MustBe(HttpStatusCode.BadRequest);
        Assert.StartsWith(
            "Invalid input received: Idempotency-Key must be one string of 1 to 255 printable characters",
            (string?)refused["badRequest"]["message"],
            StringComparison.Ordinal);
        Assert.Equal(0, await BackupsOfAsync(volume));
    }

    [Fact]
    public async Task A_key_may_have_255_characters_and_blanks_in_quotes_but_there_is_one()
    {
        (await PostAsync(await host.AddVolumeAsync(), new string('k', 255))).MustBe(HttpStatusCode.Accepted);
        (await PostAsync(await host.AddVolumeAsync(), new string('k', 256))).MustBe(HttpStatusCode.BadRequest);
        (await PostAsync(await host.AddVolumeAsync(), "\"a \\\"b\\\" \\\\\"")).MustBe(HttpStatusCode.Accepted);
        var volume = await host.AddVolumeAsync();
        (await host.As(ApiHost.Demo).PostAsync("/backups", Body(volume, ""), Header, "one", "two"))
            .MustBe(HttpStatusCode.BadRequest);
    }

    private static string NewKey() => Guid.NewGuid().ToString();

    private static string Body(VolumeEntity volume, string more) =>
        $"{{\"backup\":{{\"volume_id\":\"{volume.Id}\"{more}}}}}";

    private Task<ApiAnswer> PostAsync(
        VolumeEntity volume, string key, string more = "", TokenUser? user = null) =>
        SendAsync(Body(volume, more), key, user);

    private Task<ApiAnswer> SendAsync(string body, string key, TokenUser? user = null) =>
        host.As(user ?? ApiHost.Demo).PostAsync("/backups", body, Header, key);

    private async Task<int> BackupsOfAsync(VolumeEntity volume)
    {
        await using var database = host.Database();
        return await database.Backups.CountAsync(row => row.VolumeId == volume.Id, Token);
    }
}
