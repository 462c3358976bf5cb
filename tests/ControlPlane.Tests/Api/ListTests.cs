using System.Net;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Tests.Api;

public sealed class ListTests(ApiHost host) : IClassFixture<ApiHost>, IAsyncLifetime
{
    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly List<BackupEntity> _backups = [];

    private ApiClient Demo => host.As(ApiHost.Demo);

    /// <summary>Ten backups, oldest first; names and times are not unique.</summary>
    public async ValueTask InitializeAsync()
    {
        await using (var database = host.Database())
        {
            database.Backups.RemoveRange(database.Backups);
            await database.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        var volume = await host.AddVolumeAsync();
        for (var i = 0; i < 10; i++)
        {
            var number = i;
            _backups.Add(await host.AddBackupAsync(
                volume, i % 5 == 0 ? BackupStatus.Error : BackupStatus.Available, change: row =>
                {
                    row.CreatedAt = Start.AddMinutes(number / 2);
                    row.Name = number % 3 == 0 ? null : $"name-{number % 3}";
                }));
        }

        await host.AddBackupAsync(await host.AddVolumeAsync(owner: ApiHost.Other), owner: ApiHost.Other);
        await host.AddBackupAsync(volume, change: row => row.DeletedAt = DateTime.UtcNow);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Newest_first_and_only_the_projects_own()
    {
        var answer = await Demo.GetAsync("/backups");

        Assert.Equal(
            _backups.OrderByDescending(row => row.CreatedAt)
                .ThenByDescending(row => row.Id.ToString().ToUpperInvariant(), StringComparer.Ordinal)
                .Select(row => row.Id),
            Ids(answer));
        Assert.Equal(["id", "name", "links"], answer["backups"][0]!.AsObject().Select(field => field.Key));
        Assert.Null(answer.Json["backups_links"]);
        Assert.Null(answer.Json["count"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&sort=name:asc")]
    [InlineData("&sort=name:desc,created_at:asc")]
    [InlineData("&sort=status,name:asc,id:asc")]
    [InlineData("&sort_key=size&sort_dir=asc")]
    [InlineData("&sort=data_timestamp:asc")]
    [InlineData("&sort=updated_at")]
    [InlineData("&sort=volume_id:asc,availability_zone")]
    public async Task Page_by_page_every_record_comes_once(string sort)
    {
        var whole = Ids(await Demo.GetAsync($"/backups/detail?limit=1000{sort}"));
        var paged = new List<Guid>();
        var next = $"/backups/detail?limit=3{sort}";
        while (next is not null)
        {
            var page = await Demo.GetAsync(next);
            page.MustBe(HttpStatusCode.OK);
            paged.AddRange(Ids(page));
            next = (string?)page.Json["backups_links"]?[0]?["href"] is { } href ? new Uri(href).PathAndQuery : null;
        }

        Assert.Equal(whole, paged);
        Assert.Equal(_backups.Select(row => row.Id).Order(), paged.Order());
    }

    [Fact]
    public async Task A_page_that_is_full_has_a_link_to_the_next_with_the_same_parameters()
    {
        var answer = await Demo.GetAsync("/backups?limit=2&sort=created_at:asc&status=available");

        var ids = Ids(answer);
        Assert.Equal(2, ids.Count);
        Assert.Equal(
            $"http://localhost/v3/{ApiHost.Demo.ProjectId}/backups" +
            $"?limit=2&sort=created_at%3Aasc&status=available&marker={ids[1]}",
            (string?)answer["backups_links"][0]!["href"]);
    }

    [Fact]
    public async Task A_limit_of_0_is_an_empty_list()
    {
        var answer = await Demo.GetAsync("/backups?limit=0");

        Assert.Equal("{\"backups\":[]}", answer.Text);
    }

    [Fact]
    public async Task Offset_and_filters_and_count_go_together()
    {
        var answer = await Demo.GetAsync("/backups?status=available&offset=3&limit=2&with_count=True");

        Assert.Equal(8, (int)answer["count"]);
        Assert.Equal(2, Ids(answer).Count);
        Assert.Equal(2, Ids(await Demo.GetAsync("/backups?status=error")).Count);
        Assert.Equal(3, Ids(await Demo.GetAsync("/backups?name=name-2")).Count);
        Assert.Equal(10, Ids(await Demo.GetAsync($"/backups?volume_id={_backups[0].VolumeId}")).Count);
        Assert.Empty(Ids(await Demo.GetAsync("/backups?volume_id=foo")));
    }

    [Theory]
    [InlineData("limit=a", "limit param must be an integer")]
    [InlineData("limit=-1", "limit param must be positive")]
    [InlineData("offset=-1", "offset must be >= 0")]
    [InlineData("offset=2147483648", "offset must be <= 2147483647")]
    [InlineData("sort=name&sort_key=id",
        "The 'sort_key' and 'sort_dir' parameters are deprecated and cannot be used with the 'sort' parameter.")]
    [InlineData("sort=name:up", "Invalid input received: Unknown sort direction, must be 'desc' or 'asc'.")]
    [InlineData("sort_dir=up", "Invalid input received: Unknown sort direction, must be 'desc' or 'asc'.")]
    [InlineData("sort=nothing", "Invalid input received: Invalid sort key")]
    [InlineData("with_count=foo", "Value 'foo' for 'with_count' is not a boolean.")]
    [InlineData("foo=1", "Invalid filters foo are found in query options.")]
    [InlineData("name~=n", "Invalid filters name~ are found in query options.")]
    public async Task Parameters_are_refused(string query, string message) =>
        (await Demo.GetAsync("/backups?" + query)).MustRefuse(message);

    [Fact]
    public async Task A_marker_must_be_there()
    {
        var foreign = await host.AddBackupAsync(await host.AddVolumeAsync(owner: ApiHost.Other), owner: ApiHost.Other);

        foreach (var marker in new[] { $"{Guid.NewGuid()}", "foo", $"{foreign.Id}" })
            (await Demo.GetAsync($"/backups?marker={marker}")).MustRefuse(
                404, "itemNotFound", $"Backup {marker} could not be found.");
    }

    [Fact]
    public async Task Old_versions_overlook_unknown_filters_and_do_not_sort_by_name()
    {
        Assert.Equal(10, Ids(await host.As(ApiHost.Demo, "3.30").GetAsync("/backups?foo=1&with_count=True")).Count);
        (await host.As(ApiHost.Demo, "3.44").GetAsync("/backups?with_count=True")).MustRefuse(
            "Invalid filters with_count are found in query options.");
        (await host.As(ApiHost.Demo, "3.36").GetAsync("/backups?sort=name")).MustRefuse(
            "Invalid input received: Invalid sort key");
    }

    [Fact]
    public async Task Administrators_see_all_projects_when_they_ask_for_it()
    {
        var admin = host.As(ApiHost.Admin);

        Assert.Empty(Ids(await admin.GetAsync("/backups")));
        Assert.Equal(11, Ids(await admin.GetAsync("/backups?all_tenants=1")).Count);
        Assert.Single(Ids(await admin.GetAsync($"/backups?all_tenants=True&project_id={ApiHost.Other.ProjectId}")));
        Assert.Equal(6, Ids(await admin.GetAsync("/backups?all_tenants=1&name~=name-")).Count);
        Assert.Empty(Ids(await admin.GetAsync("/backups?all_tenants=1&unknown=x")));
        Assert.Equal(10, Ids(await Demo.GetAsync("/backups?all_tenants=1")).Count);
        (await admin.GetAsync("/backups?all_tenants=foo")).MustRefuse("all_tenants must be a boolean, got 'foo'.");
    }

    private static List<Guid> Ids(ApiAnswer answer)
    {
        answer.MustBe(HttpStatusCode.OK);
        return [.. answer["backups"].AsArray().Select(row => (Guid)row!["id"]!)];
    }
}
