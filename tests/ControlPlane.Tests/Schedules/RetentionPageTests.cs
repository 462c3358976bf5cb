using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Tests.Api;

namespace BackupEngine.ControlPlane.Tests.Schedules;

/// <summary>What a policy would keep of all volumes, page by page.</summary>
public sealed class RetentionPageTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const int Volumes = 5;

    [Fact]
    public async Task All_pages_together_are_what_is_shown_of_each_volume()
    {
        var policy = await PolicyWorld.MakeAsync(host, "\"retention\": {\"keep_last\": 1}");
        var expected = new List<string>();
        for (var i = 0; i < Volumes; i++)
        {
            var volume = await host.AddVolumeAsync();
            await policy.AddBackupAsync(volume, TimeSpan.FromDays(1));
            await policy.AddBackupAsync(volume, TimeSpan.FromDays(2));
            expected.AddRange(Items(await AskAsync($"{Path(policy)}?volume_id={volume.Id}")));
        }

        var foreign = await PolicyWorld.MakeAsync(host, "\"retention\": {\"keep_last\": 1}");
        await foreign.AddBackupAsync(await host.AddVolumeAsync(), TimeSpan.FromDays(1));
        var seen = new List<string>();
        var pages = 0;
        for (var next = $"{Path(policy)}?limit=2"; next.Length > 0; pages++)
        {
            var answer = await AskAsync(next);
            seen.AddRange(Items(answer));
            next = answer.Json["retention_links"] is JsonArray links
                ? new Uri((string)links[0]!["href"]!).PathAndQuery
                : "";
        }

        Assert.Equal((3, Volumes * 2), (pages, seen.Count));
        Assert.Equal(expected.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
        Assert.Equal(seen, Items(await AskAsync(Path(policy))));
        Assert.Empty(Items(await AskAsync(Path(policy) + "?limit=0")));
    }

    [Theory]
    [InlineData("volume_id=foo", "volume_id must be the id of a volume, not 'foo'.")]
    [InlineData("marker=foo", "marker must be the id of a volume, not 'foo'.")]
    [InlineData("limit=-1", "limit param must be positive")]
    public async Task What_is_no_page_is_refused(string query, string message)
    {
        var policy = await PolicyWorld.MakeAsync(host, "");

        (await host.As(ApiHost.Demo).GetAsync($"{Path(policy)}?{query}")).MustRefuse(message);
    }

    private static string Path(PolicyWorld policy) => $"/backup-policies/{policy.Id}/retention";

    private static IEnumerable<string> Items(ApiAnswer answer) =>
        answer["retention"].AsArray().Select(item => item!.ToJsonString());

    private async Task<ApiAnswer> AskAsync(string path)
    {
        var answer = await host.As(ApiHost.Demo).GetAsync(path);
        answer.MustBe(System.Net.HttpStatusCode.OK);
        return answer;
    }
}
