namespace BackupEngine.Integration.Clients;

/// <summary>
/// Debian's <c>cinder</c> without authentication: every backup command, quotas, services, messages and what else it
/// has for volumes and snapshots.
/// </summary>
public sealed class CinderClientTests
{
    [Fact]
    public async Task The_backup_commands_without_authentication()
    {
        Assert.SkipUnless(StockClient.IsInstalled("cinder"), "needs the program cinder (python3-cinderclient)");
        await using var engine = await EngineProcess.StartAsync("noauth");
        await using var client = Cinder(engine);
        await client.RunAsync("create", "--name", "disk", "1");
        await engine.AwaitAsync("volumes", "disk", "available");
        await client.FailsAsync(
            "No backups available to do an incremental backup.", "backup-create", "--incremental", "disk");

        var full = IdIn(await client.RunAsync("backup-create", "--name", "full", "disk"));
        await engine.AwaitAsync("backups", "full", "available");
        await client.RunAsync(
            "backup-create", "--name", "next", "--incremental", "--force", "--metadata", "k=v", "disk");
        await engine.AwaitAsync("backups", "next", "available");
        await client.RunAsync("backup-update", "--name", "second", "--description", "d", "--metadata", "a=b", "next");
        Assert.Contains("{'a': 'b'}", await client.RunAsync("backup-show", "second"), StringComparison.Ordinal);
        await ListAsync(client, full);
        await RestoreAsync(engine, client);
        await client.RunAsync("backup-reset-state", "--state", "error", "second");
        await engine.AwaitAsync("backups", "second", "error");
        await client.RunAsync("backup-delete", "--force", "second");
        await engine.AwaitAsync("backups", "second", status: null);
        await RecordAsync(engine, client, full);
    }

    [Fact]
    public async Task What_stands_around_backups()
    {
        Assert.SkipUnless(StockClient.IsInstalled("cinder"), "needs the program cinder (python3-cinderclient)");
        await using var engine = await EngineProcess.StartAsync("noauth");
        await using var client = Cinder(engine);

        await QuotasAsync(engine, client);
        await VolumesAsync(engine, client);
        await SnapshotsAsync(engine, client);
        var services = await client.RunAsync("service-list", "--binary", "cinder-backup");
        var name = services.Split('|', StringSplitOptions.TrimEntries).SkipWhile(cell => cell != "cinder-backup")
            .ElementAt(1);
        await client.RunAsync("service-disable", "--reason", "repair", name, "cinder-backup");
        Assert.Contains("repair", await client.RunAsync("service-list"), StringComparison.Ordinal);
        await client.RunAsync("service-enable", name, "cinder-backup");
        foreach (var command in new[]
        {
            "service-list", "message-list", "list-filters", "absolute-limits", "rate-limits", "availability-zone-list",
            "type-list", "type-default", "version-list", "summary",
        })
        {
            await client.RunAsync(command);
        }
    }

    [Fact]
    public async Task The_attachment_commands()
    {
        Assert.SkipUnless(StockClient.IsInstalled("cinder"), "needs the program cinder (python3-cinderclient)");
        await using var engine = await EngineProcess.StartAsync("noauth");
        await using var client = Cinder(engine, "3.44");
        await client.RunAsync("create", "--name", "disk", "1");
        await engine.AwaitAsync("volumes", "disk", "available");
        var server = Guid.NewGuid().ToString();

        var id = IdIn(await client.RunAsync("attachment-create", "disk", server));
        Assert.Contains(id, await client.RunAsync("attachment-list"), StringComparison.Ordinal);
        await client.FailsAsync("status must be available or downloading", "attachment-create", "disk");
        var connected = await client.RunAsync("attachment-update", "--host", "here", id);
        Assert.True(File.Exists(FieldIn(connected, "device_path")), connected);
        await client.RunAsync("attachment-complete", id);
        Assert.Matches(@"status\s+\| attached ", await client.RunAsync("attachment-show", id));
        await engine.AwaitAsync("volumes", "disk", "in-use");
        await client.RunAsync("attachment-delete", id);
        await engine.AwaitAsync("volumes", "disk", "available");
        Assert.DoesNotContain(id, await client.RunAsync("attachment-list"), StringComparison.Ordinal);
        await client.FailsAsync("could not be found", "attachment-show", id);
    }

    private static async Task ListAsync(StockClient client, string full)
    {
        var first = await client.RunAsync("backup-list", "--limit", "1", "--sort", "created_at:asc");
        Assert.Equal(full, IdIn(first));
        Assert.Contains("Backup in total: 2", await client.RunAsync("backup-list", "--with-count"));
        Assert.Contains("full", await client.RunAsync("backup-list", "--filters", "name~=ful"));
        Assert.DoesNotContain("second", await client.RunAsync("backup-list", "--name", "full"));
        Assert.Contains("second", await client.RunAsync("backup-list", "--all-tenants", "--status", "available"));
    }

    private static async Task RestoreAsync(EngineProcess engine, StockClient client)
    {
        await client.RunAsync("backup-restore", "--name", "fresh", "second");
        await engine.AwaitAsync("volumes", "fresh", "available");
        await engine.AwaitAsync("backups", "second", "available");
        await client.RunAsync("backup-restore", "--volume", "fresh", "second");
        await engine.AwaitAsync("volumes", "fresh", "available");
        await engine.AwaitAsync("backups", "second", "available");
        await client.RunAsync("backup-restore", "--volume-type", "__DEFAULT__", "--name", "typed", "second");
        await engine.AwaitAsync("volumes", "typed", "available");
        await engine.AwaitAsync("backups", "second", "available");
        await client.FailsAsync("is invalid", "backup-restore", "--availability-zone", "nowhere", "second");
    }

    /// <summary>A record that was exported comes back under its id when the backup was deleted.</summary>
    private static async Task RecordAsync(EngineProcess engine, StockClient client, string id)
    {
        var record = await client.RunAsync("backup-export", id);
        string[] fields = [FieldIn(record, "backup_service"), FieldIn(record, "backup_url")];
        await client.FailsAsync("Backup already exists in database.", ["backup-import", .. fields]);
        await client.RunAsync("backup-delete", "full");
        await engine.AwaitAsync("backups", "full", status: null);
        Assert.Equal(id, IdIn(await client.RunAsync(["backup-import", .. fields])));
        await engine.AwaitAsync("backups", "full", "available");
        await client.RunAsync("backup-delete", id);
        await engine.AwaitAsync("backups", "full", status: null);
        await client.FailsAsync("could not be found", "backup-export", id);
    }

    private static async Task QuotasAsync(EngineProcess engine, StockClient client)
    {
        var project = engine.ProjectId;
        Assert.Matches(@"backups\s+\| 10 ", await client.RunAsync("quota-defaults", project));
        await client.RunAsync("quota-update", "--backups", "5", "--backup-gigabytes", "100", project);
        Assert.Matches(@"backups\s+\| 5 ", await client.RunAsync("quota-show", project));
        Assert.Matches(@"backup_gigabytes\s+\| 0\s+\| 0\s+\| 100 ", await client.RunAsync("quota-usage", project));
        await client.RunAsync("quota-delete", project);
        await client.RunAsync("quota-class-update", "--backups", "11", "default");
        Assert.Matches(@"backups\s+\| 11 ", await client.RunAsync("quota-class-show", "default"));
        Assert.Matches(@"backups\s+\| 11 ", await client.RunAsync("quota-show", project));
        Assert.Matches(@"maxTotalBackups\s+\| 11 ", await client.RunAsync("absolute-limits"));
    }

    private static async Task VolumesAsync(EngineProcess engine, StockClient client)
    {
        await client.RunAsync("create", "--name", "disk", "1");
        await engine.AwaitAsync("volumes", "disk", "available");
        await client.RunAsync("extend", "disk", "2");
        await engine.AwaitAsync("volumes", "disk", "available");
        await client.RunAsync("metadata", "disk", "set", "a=b", "c=d");
        await client.RunAsync("metadata", "disk", "unset", "a");
        Assert.Matches(@"c\s+\| d ", await client.RunAsync("metadata-show", "disk"));
        await client.RunAsync("metadata-update-all", "disk", "z=y");
        await client.RunAsync("set-bootable", "disk", "true");
        Assert.Matches(@"bootable\s+\| true ", await client.RunAsync("show", "disk"));
        await client.RunAsync("reset-state", "--state", "error", "disk");
        await client.RunAsync("reset-state", "--state", "available", "disk");
        await client.RunAsync("rename", "disk", "drive");
        var id = IdIn(await client.RunAsync("show", "drive"));
        await client.RunAsync("create", "--source-volid", id, "--name", "twin");
        await engine.AwaitAsync("volumes", "twin", "available");
        await client.RunAsync("force-delete", "twin");
        await engine.AwaitAsync("volumes", "twin", status: null);
    }

    private static async Task SnapshotsAsync(EngineProcess engine, StockClient client)
    {
        await client.RunAsync("snapshot-create", "--name", "point", "drive");
        await engine.AwaitAsync("snapshots", "point", "available");
        await client.RunAsync("snapshot-metadata", "point", "set", "a=b");
        Assert.Matches(@"a\s+\| b ", await client.RunAsync("snapshot-metadata-show", "point"));
        await client.RunAsync("snapshot-reset-state", "--state", "error", "point");
        await client.RunAsync("snapshot-rename", "point", "moment");
        await client.RunAsync("snapshot-delete", "--force", "moment");
        await engine.AwaitAsync("snapshots", "moment", status: null);
    }

    private static string IdIn(string table) => table.Split('\n')
        .Where(line => !line.Contains("_id ", StringComparison.Ordinal))
        .SelectMany(line => line.Split('|', StringSplitOptions.TrimEntries))
        .First(cell => Guid.TryParseExact(cell, "D", out _));

    private static string FieldIn(string table, string field) => table.Split('\n')
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
        .First(cells => cells.Length > 2 && cells[1] == field)[2];

    private static StockClient Cinder(EngineProcess engine, string version = "3.65") => new(
        "cinder",
        new Dictionary<string, string>(),
        [
            "--os-auth-type", "noauth", "--os-user-id", "operator", "--os-project-id", engine.ProjectId,
            "--os-endpoint", $"{engine.Url}/v3", "--os-volume-api-version", version,
        ]);
}
