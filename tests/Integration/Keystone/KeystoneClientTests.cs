using BackupEngine.Integration.Clients;

namespace BackupEngine.Integration.Keystone;

/// <summary>
/// Debian's <c>openstack</c> and <c>cinder</c> as users have them: password, Keystone, catalog. Their personas are an
/// administrator, members of two projects and a reader.
/// </summary>
[Collection(KeystoneServer.Collection)]
public sealed class KeystoneClientTests : IAsyncLifetime
{
    private readonly string _id = Guid.NewGuid().ToString("N")[..8];
    private KeystoneServer? _keystone;
    private EngineProcess? _engine;
    private string _project = "";

    private string Member => $"member-{_id}";

    private EngineEyes Eyes { get; set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(
            StockClient.IsInstalled("openstack") && StockClient.IsInstalled("cinder"),
            "needs the programs openstack and cinder (python3-openstackclient, python3-cinderclient)");
        _keystone = await KeystoneServer.OpenAsync();
        _project = await _keystone.AddProjectAsync($"project-{_id}");
        var elsewhere = await _keystone.AddProjectAsync($"elsewhere-{_id}");
        await _keystone.AddUserAsync(Member, _project, "member");
        await _keystone.AddUserAsync($"reader-{_id}", _project, "reader");
        await _keystone.AddUserAsync($"admin-{_id}", _project, "admin");
        await _keystone.AddUserAsync($"stranger-{_id}", elsewhere, "member");
        _engine = await EngineProcess.StartAsync("keystone", _keystone.Settings(cacheSeconds: 30));
        await _keystone.AddEndpointAsync(_engine.Url, $"region-{_id}");
        Eyes = new EngineEyes(_engine, await _keystone.TokenAsync(Member, $"project-{_id}"), _project);
    }

    public async ValueTask DisposeAsync()
    {
        if (_engine is not null)
            await _engine.DisposeAsync();
        _keystone?.Dispose();
    }

    [Fact]
    public async Task Openstack_with_a_password_and_the_catalog()
    {
        await using var member = Client("openstack", Member);
        await using var reader = Client("openstack", $"reader-{_id}");
        await using var admin = Client("openstack", $"admin-{_id}");
        await using var stranger = Client("openstack", $"stranger-{_id}", $"elsewhere-{_id}");

        var id = await BackUpAsync(member);
        await LookAsync(reader, id);
        await stranger.FailsAsync("No volumebackup with", "volume", "backup", "show", id);
        Assert.Empty((await stranger.JsonAsync("volume", "backup", "list")).AsArray());
        await AdministerAsync(admin, member, id);
        await LimitAsync(admin, member);
        // Judged by its effect: the client itself fails at what it does afterwards.
        await member.TryAsync("volume", "backup", "restore", "next");
        await Eyes.AwaitAsync("backups", "next", "available");
        Assert.Equal(2, (await member.JsonAsync("volume", "list", "--name", "disk")).AsArray().Count);
        await member.RunAsync("volume", "backup", "delete", "next", "again");
        await Eyes.AwaitAsync("backups", "next", status: null);
        await Eyes.AwaitAsync("backups", "again", status: null);
    }

    [Fact]
    public async Task Cinder_with_a_password_and_the_catalog()
    {
        await using var member = Client("cinder", Member);
        await using var reader = Client("cinder", $"reader-{_id}");
        await using var admin = Client("cinder", $"admin-{_id}");
        await using var stranger = Client("cinder", $"stranger-{_id}", $"elsewhere-{_id}");

        await member.RunAsync("create", "--name", "disk", "1");
        await Eyes.AwaitAsync("volumes", "disk", "available");
        var created = await member.RunAsync("backup-create", "--name", "full", "disk");
        var full = created.Split('\n').Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .First(cells => cells.Length > 2 && cells[1] == "id")[2];
        await Eyes.AwaitAsync("backups", "full", "available");
        Assert.Contains("full", await reader.RunAsync("backup-list"), StringComparison.Ordinal);
        await reader.FailsAsync("backup:create", "backup-create", "--name", "not", "disk");
        await reader.FailsAsync("backup:delete", "backup-delete", "full");
        await stranger.FailsAsync("No volumebackup with", "backup-show", "full");
        await member.FailsAsync("User does not have admin privileges", "service-list");
        Assert.Contains("cinder-backup", await admin.RunAsync("service-list"), StringComparison.Ordinal);
        await member.FailsAsync("backup:export-import", "backup-export", full);
        Assert.Contains("cinder.backup", await admin.RunAsync("backup-export", full), StringComparison.Ordinal);
        Assert.Matches(@"backups\s+\| 1 ", await member.RunAsync("quota-usage", _project));
        await member.FailsAsync("quotas:update", "quota-update", "--backups", "7", _project);
        await admin.RunAsync("quota-update", "--backups", "7", _project);
        Assert.Matches(@"backups\s+\| 7 ", await member.RunAsync("quota-show", _project));
        await admin.RunAsync("backup-reset-state", "--state", "error", "full");
        await member.RunAsync("backup-delete", "full");
        await Eyes.AwaitAsync("backups", "full", status: null);
    }

    /// <summary>A full backup, an incremental one of the volume in use, and what can be said of them.</summary>
    private async Task<string> BackUpAsync(StockClient member)
    {
        // This openstack demands an image service before it makes a volume; cinder does not.
        await using (var maker = Client("cinder", Member))
            await maker.RunAsync("create", "--name", "disk", "1");
        await Eyes.AwaitAsync("volumes", "disk", "available");
        var full = await member.JsonAsync("volume", "backup", "create", "--name", "full", "disk");
        await Eyes.AwaitAsync("backups", "full", "available");
        await member.RunAsync("volume", "backup", "create", "--name", "next", "--incremental", "--force", "disk");
        await Eyes.AwaitAsync("backups", "next", "available");
        await member.RunAsync("volume", "backup", "set", "--description", "said", "full");
        return (string)full["id"]!;
    }

    private static async Task LookAsync(StockClient reader, string id)
    {
        Assert.Equal(2, (await reader.JsonAsync("volume", "backup", "list")).AsArray().Count);
        Assert.Equal("said", (string?)(await reader.JsonAsync("volume", "backup", "show", id))["description"]);
        await reader.FailsAsync("backup:create", "volume", "backup", "create", "--name", "not", "disk");
        await reader.FailsAsync("backup:update", "volume", "backup", "set", "--name", "not", id);
    }

    private async Task AdministerAsync(StockClient admin, StockClient member, string id)
    {
        await member.FailsAsync("HTTP 403", "volume", "service", "list");
        Assert.Equal(2, (await admin.JsonAsync("volume", "service", "list")).AsArray().Count);
        await member.FailsAsync("HTTP 403", "volume", "backup", "record", "export", id);
        var record = await admin.JsonAsync("volume", "backup", "record", "export", id);
        await member.RunAsync("volume", "backup", "delete", "full");
        await Eyes.AwaitAsync("backups", "full", status: null);
        var imported = await admin.JsonAsync(
            "volume", "backup", "record", "import",
            (string)record["backup_service"]!, (string)record["backup_url"]!);
        Assert.Equal(id, (string?)imported["id"]);
        await member.RunAsync("volume", "backup", "set", "--name", "again", id);
        await Eyes.AwaitAsync("backups", "again", "available");
    }

    /// <summary>What the client asks of this service only; the rest of its quotas it asks of compute first.</summary>
    private async Task LimitAsync(StockClient admin, StockClient member)
    {
        await using (var cinder = Client("cinder", $"admin-{_id}"))
            await cinder.RunAsync("quota-update", "--backups", "7", _project);
        var limits = (await admin.JsonAsync("quota", "list", "--volume")).AsArray()
            .Single(row => (string?)row!["Project ID"] == _project)!;
        Assert.Equal((7, 10), ((int)limits["Backups"]!, (int)limits["Snapshots"]!));
        await admin.FailsAsync("compute service", "quota", "show", _project);
        await admin.FailsAsync("compute service", "quota", "set", "--volumes", "3", _project);
        await member.FailsAsync("compute service", "quota", "show");
    }

    private StockClient Client(string program, string user, string? project = null) => new(
        program,
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["OS_AUTH_URL"] = _keystone!.Url + "/v3",
            ["OS_USERNAME"] = user,
            ["OS_PASSWORD"] = user,
            ["OS_PROJECT_NAME"] = project ?? $"project-{_id}",
            ["OS_USER_DOMAIN_NAME"] = "Default",
            ["OS_PROJECT_DOMAIN_NAME"] = "Default",
            ["OS_REGION_NAME"] = $"region-{_id}",
            ["OS_IDENTITY_API_VERSION"] = "3",
            ["OS_VOLUME_API_VERSION"] = "3.64",
        },
        []);
}
