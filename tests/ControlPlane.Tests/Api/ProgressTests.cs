using System.Net;
using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>Our extensions: progress, statistics and chain, resources of their own below a backup.</summary>
public sealed class ProgressTests(ApiHost host) : IClassFixture<ApiHost>
{
    private ApiClient Demo => host.As(ApiHost.Demo);

    [Fact]
    public async Task A_running_backup_tells_percent_speed_rest_and_step()
    {
        var backup = await host.AddBackupAsync(await host.AddVolumeAsync(), BackupStatus.Creating, change: row =>
        {
            row.LeaseExpiresAt = DateTime.UtcNow.AddHours(1);
            row.ProgressDoneBytes = 256 << 20;
            row.ProgressTotalBytes = 1 << 30;
            row.ProgressBytesPerSecond = 64 << 20;
            row.ProgressAt = DateTime.UtcNow;
        });
        await AddStepAsync(backup, WorkflowStep.TransferData, "started", attempt: 3);

        var shown = (await Demo.GetAsync($"/backups/{backup.Id}/progress"))["progress"];

        Assert.Equal(("create", "running"), ((string?)shown["action"], (string?)shown["state"]));
        Assert.Equal((25.0, 64.0, 12L), ((double)shown["percent"]!, (double)shown["mib_per_second"]!,
            (long)shown["eta_seconds"]!));
        Assert.Equal((256L << 20, 1L << 30), ((long)shown["bytes_done"]!, (long)shown["bytes_total"]!));
        Assert.Equal((12, "transfer-data", 3), (
            (int)shown["step"]!["number"]!, (string?)shown["step"]!["name"], (int)shown["step"]!["attempt"]!));
        Assert.Null(shown["queue_position"]);
        Assert.NotNull((string?)shown["updated_at"]);
    }

    [Fact]
    public async Task One_that_waits_tells_its_place_and_what_it_waits_for()
    {
        var volume = await host.AddVolumeAsync();
        var before = await host.AddBackupAsync(
            volume, BackupStatus.Creating, change: row => row.CreatedAt = DateTime.UtcNow.AddMinutes(-9));
        var backup = await host.AddBackupAsync(volume, BackupStatus.Creating);

        var shown = (await Demo.GetAsync($"/backups/{backup.Id}/progress"))["progress"];
        var first = (await Demo.GetAsync($"/backups/{before.Id}/progress"))["progress"];

        Assert.Equal("queued", (string?)shown["state"]);
        Assert.Null(shown["percent"]);
        Assert.Contains("none runs there", (string?)shown["waits_for"], StringComparison.Ordinal);
        Assert.True((int)first["queue_position"]! < (int)shown["queue_position"]!);
    }

    [Fact]
    public async Task One_that_rests_tells_so_and_one_that_is_cancelled_too()
    {
        var volume = await host.AddVolumeAsync();
        var rests = await host.AddBackupAsync(volume);
        var cancelled = await host.AddBackupAsync(volume, BackupStatus.Restoring, change: row =>
        {
            row.LeaseExpiresAt = DateTime.UtcNow.AddHours(1);
            row.CancelRequestedAt = DateTime.UtcNow;
        });

        var idle = (await Demo.GetAsync($"/backups/{rests.Id}/progress"))["progress"];
        var ends = (await Demo.GetAsync($"/backups/{cancelled.Id}/progress"))["progress"];

        Assert.Equal("idle", (string?)idle["state"]);
        Assert.Null(idle["action"]);
        Assert.Null(idle["step"]);
        Assert.Equal(("restore", "cancelling"), ((string?)ends["action"], (string?)ends["state"]));
    }

    [Fact]
    public async Task Statistics_are_counted_or_null_and_say_what_cannot_be_told()
    {
        var volume = await host.AddVolumeAsync();
        var parent = await host.AddBackupAsync(volume);
        var backup = await host.AddBackupAsync(volume, change: row =>
        {
            row.ParentId = parent.Id;
            row.StatisticsJson = """
                {"volume_bytes":1073741824,"bytes_read":104857600,"bytes_new":3000,"bytes_stored":1000,
                 "metadata_bytes":7,"seconds":2.5,"zero_bytes":5,"full_read":false}
                """;
        });

        var shown = (await Demo.GetAsync($"/backups/{backup.Id}/statistics"))["statistics"];
        var unknown = (await Demo.GetAsync($"/backups/{parent.Id}/statistics"))["statistics"];

        Assert.Equal(parent.Id, (Guid)shown["parent_id"]!);
        Assert.Equal((1L << 30, 104857600L, 3000L, 1000L, 7L), (
            (long)shown["logical_bytes"]!, (long)shown["read_bytes"]!, (long)shown["new_bytes"]!,
            (long)shown["stored_bytes"]!, (long)shown["metadata_bytes"]!));
        Assert.Equal((2.5, 40.0, 3.0), (
            (double)shown["seconds"]!, (double)shown["mib_per_second"]!, (double)shown["compression_ratio"]!));
        Assert.True((bool)shown["complete_in_itself"]!);
        Assert.False((bool)shown["full_read"]!);
        Assert.True(shown.AsObject().ContainsKey("freed_by_delete"));
        Assert.Null(shown["freed_by_delete"]);
        Assert.Null(unknown["new_bytes"]);
        Assert.Null(unknown["parent_id"]);
    }

    [Fact]
    public async Task The_chain_is_in_the_order_in_which_it_was_made_with_what_was_deleted()
    {
        var volume = await host.AddVolumeAsync();
        var start = DateTime.UtcNow.AddDays(-1);
        BackupEntity? before = null;
        var made = new List<BackupEntity>();
        for (var i = 0; i < 4; i++)
        {
            var (parent, at) = (before?.Id, start.AddHours(i));
            before = await host.AddBackupAsync(volume, change: row => (row.ParentId, row.CreatedAt) = (parent, at));
            made.Add(before);
        }

        await host.AddBackupAsync(volume, change: row => row.CreatedAt = start.AddHours(2));
        await using (var database = host.Database())
        {
            var gone = await database.Backups.FindAsync([made[1].Id], TestContext.Current.CancellationToken);
            (gone!.Status, gone.DeletedAt) = (BackupStatus.Deleted, DateTime.UtcNow);
            await database.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        var chain = (await Demo.GetAsync($"/backups/{made[3].Id}/chain"))["chain"];
        var shorter = (await Demo.GetAsync($"/backups/{made[0].Id}/chain"))["chain"];

        var shown = chain["backups"]!.AsArray();
        Assert.Equal(made.Select(backup => backup.Id), shown.Select(row => (Guid)row!["id"]!));
        Assert.Equal("deleted", (string?)shown[1]!["status"]);
        Assert.Empty(shown[1]!["links"]!.AsArray());
        Assert.All(shown, row => Assert.True((bool)row!["complete_in_itself"]!));
        Assert.True((bool)chain["from_the_full"]!);
        Assert.Single(shorter["backups"]!.AsArray());
    }

    [Theory]
    [InlineData("progress")]
    [InlineData("statistics")]
    [InlineData("chain")]
    [InlineData("verification")]
    public async Task What_is_anothers_is_not_there(string resource)
    {
        var backup = await host.AddBackupAsync(await host.AddVolumeAsync(owner: ApiHost.Other), owner: ApiHost.Other);

        (await Demo.GetAsync($"/backups/{backup.Id}/{resource}")).MustRefuse(
            404, "itemNotFound", $"Backup {backup.Id} could not be found.");
    }

    /// <summary>Clients with strict schemas refuse a field that they do not know.</summary>
    [Fact]
    public async Task Nothing_of_it_is_in_what_Block_Storage_shows()
    {
        var backup = await host.AddBackupAsync(await host.AddVolumeAsync(), change: row =>
        {
            row.ParentId = Guid.NewGuid();
            row.RateLimitMiB = 5;
            row.Priority = BackupPriority.Urgent;
        });
        string[] known =
        [
            "availability_zone", "container", "created_at", "data_timestamp", "description", "fail_reason",
            "has_dependent_backups", "id", "is_incremental", "links", "metadata", "name", "object_count", "size",
            "snapshot_id", "status", "updated_at", "volume_id",
        ];

        var shown = (await Demo.GetAsync($"/backups/{backup.Id}"))["backup"];
        var listed = (await Demo.GetAsync("/backups/detail?limit=1"))["backups"][0]!;

        Assert.Equal(known, Names(shown));
        Assert.Equal(known, Names(listed));
    }

    private static IEnumerable<string> Names(JsonNode node) =>
        node.AsObject().Select(field => field.Key).Order(StringComparer.Ordinal);

    private Task<BackupStepEntity> AddStepAsync(BackupEntity backup, WorkflowStep step, string outcome, long attempt) =>
        host.AddAsync(new BackupStepEntity
        {
            BackupId = backup.Id,
            Workflow = "create",
            Step = step.Number,
            Name = step.Name,
            Outcome = outcome,
            Attempt = attempt,
            At = DateTime.UtcNow,
        });
}
