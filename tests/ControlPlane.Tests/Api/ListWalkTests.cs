using System.Globalization;
using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>
/// A list of ten thousand backups, page by page: every one is seen once, however it is sorted and filtered, also while
/// others come and go.
/// </summary>
public sealed class ListWalkTests : IAsyncLifetime
{
    private const int Count = 10_000;
    private const int Names = 7;

    private readonly ApiHost _host = new();
    private readonly HashSet<Guid> _ids = [];
    private Guid _volumeId;

    public async ValueTask InitializeAsync()
    {
        await _host.InitializeAsync();
        _volumeId = (await _host.AddVolumeAsync()).Id;
        await AddAsync(Count);
        await _host.AddBackupAsync(
            await _host.AddVolumeAsync(owner: ApiHost.Other), owner: ApiHost.Other, change: row => row.Name = "theirs");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Every_backup_is_seen_once()
    {
        foreach (var query in new[]
        {
            "limit=1000", "limit=997&sort=name:asc,size:desc",
        })
        {
            var seen = await WalkAsync(query);
            Assert.Equal(seen.Count, seen.Distinct().Count());
            Assert.True(_ids.SetEquals(seen), $"{query}: {seen.Count}");
        }

        var filtered = await WalkAsync("limit=500&name=name-3&sort=size:asc");
        Assert.Equal(Enumerable.Range(0, Count).Count(index => index % Names == 3), filtered.Distinct().Count());
        var counted = await _host.As(ApiHost.Demo).GetAsync("/backups?limit=1&with_count=true");
        Assert.Equal(Count, (int)counted["count"]);
    }

    [Fact]
    public async Task What_stays_is_seen_once_while_others_come_and_go()
    {
        var gone = _ids.Where((_, index) => index % 10 == 0).ToList();
        var seen = await WalkAsync("limit=1000&sort=created_at:desc", async page =>
        {
            await using var database = _host.Database();
            foreach (var id in gone.Skip(page * 100).Take(100))
                database.Backups.Remove(database.Backups.Single(row => row.Id == id));
            await database.SaveChangesAsync(TestContext.Current.CancellationToken);
            await _host.AddBackupAsync(await _host.VolumeAsync(_volumeId));
        });

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Subset(seen.ToHashSet(), _ids.Except(gone).ToHashSet());
    }

    private async Task<List<Guid>> WalkAsync(string query, Func<int, Task>? between = null)
    {
        var seen = new List<Guid>();
        var next = $"/v3/{ApiHost.Demo.ProjectId}/backups?{query}";
        for (var page = 0; next is not null; page++)
        {
            Assert.True(page <= Count, "there is no end to the pages");
            var answer = await _host.As(ApiHost.Demo).GetAsync(next);
            answer.MustBe(System.Net.HttpStatusCode.OK);
            Assert.DoesNotContain("theirs", answer.Text, StringComparison.Ordinal);
            seen.AddRange(answer["backups"].AsArray().Select(item => (Guid)item!["id"]!));
            next = NextOf(answer.Json);
            // A page that goes is still the marker of the next one: it is removed only behind it.
            if (between is not null && seen.Count < Count)
                await between(page);
        }

        return seen;
    }

    private static string? NextOf(JsonNode answer) =>
        (string?)answer["backups_links"]?[0]?["href"] is { } href ? new Uri(href).PathAndQuery : null;

    private async Task AddAsync(int count)
    {
        await using var database = _host.Database();
        var began = DateTime.UtcNow.AddDays(-1);
        for (var index = 0; index < count; index++)
        {
            var id = Guid.NewGuid();
            _ids.Add(id);
            database.Backups.Add(new BackupEntity
            {
                Id = id,
                ProjectId = ApiHost.Demo.ProjectId,
                UserId = ApiHost.Demo.UserId,
                VolumeId = _volumeId,
                Name = string.Create(CultureInfo.InvariantCulture, $"name-{index % Names}"),
                SizeGiB = 1 + (index % 3),
                Status = index % 5 == 0 ? BackupStatus.Error : BackupStatus.Available,
                // Many of the same moment: the order needs more than the time.
                CreatedAt = began.AddSeconds(index / 50),
                CommandSentAt = began,
            });
        }

        await database.SaveChangesAsync(TestContext.Current.CancellationToken);
    }
}
