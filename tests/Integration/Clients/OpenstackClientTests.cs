using System.Text;
using System.Text.Json.Nodes;

namespace BackupEngine.Integration.Clients;

/// <summary>
/// Debian's <c>openstack</c> against the program itself: every command of its backup groups, and what stands around
/// them. Quotas are not among them: that command asks Keystone for the project first.
/// </summary>
public sealed class OpenstackClientTests
{
    private static readonly string[] List = ["volume", "backup", "list", "--long"];

    [Fact]
    public async Task The_backup_commands_with_a_token_of_the_token_file()
    {
        Assert.SkipUnless(
            StockClient.IsInstalled("openstack"), "needs the program openstack (python3-openstackclient)");
        await using var engine = await EngineProcess.StartAsync("token-file");
        await using var client = Openstack(engine, engine.Token!, engine.ProjectId);

        await CreateAsync(engine, client);
        await SetAsync(client);
        await RestoreAsync(engine, client);
        await DeleteAsync(engine, client);
    }

    [Fact]
    public async Task What_only_administrators_may()
    {
        Assert.SkipUnless(
            StockClient.IsInstalled("openstack"), "needs the program openstack (python3-openstackclient)");
        await using var engine = await EngineProcess.StartAsync("token-file");
        await using var user = Openstack(engine, engine.Token!, engine.ProjectId);
        await using var client = Openstack(engine, engine.AdminToken!, engine.AdminProjectId!);
        await client.RunAsync("volume", "create", "--size", "1", "disk");
        await engine.AsAdmin.AwaitAsync("volumes", "disk", "available");
        await client.RunAsync("volume", "backup", "create", "--name", "full", "disk");
        await engine.AsAdmin.AwaitAsync("backups", "full", "available");

        await RecordsAsync(engine, client);
        await client.RunAsync("volume", "backup", "set", "--state", "error", "full");
        Assert.Equal("error", (string?)(await client.JsonAsync("volume", "backup", "show", "full"))["status"]);
        await user.FailsAsync("HTTP 403", "volume", "service", "list");
        Assert.Equal(
            ["cinder-backup", "cinder-volume"],
            (await client.JsonAsync("volume", "service", "list")).AsArray().Select(row => (string)row!["Binary"]!)
                .Order(StringComparer.Ordinal));
        await client.RunAsync("volume", "backup", "delete", "--force", "full");
        await engine.AsAdmin.AwaitAsync("backups", "full", status: null);
        Assert.Empty((await user.JsonAsync(List)).AsArray());
    }

    private static async Task CreateAsync(EngineProcess engine, StockClient client)
    {
        await client.RunAsync("volume", "create", "--size", "1", "--property", "color=blue", "--bootable", "disk");
        await engine.AwaitAsync("volumes", "disk", "available");
        await client.RunAsync("volume", "snapshot", "create", "--volume", "disk", "--property", "k=v", "point");
        await engine.AwaitAsync("snapshots", "point", "available");
        var created = await client.JsonAsync(
            "volume", "backup", "create", "--name", "full", "--description", "the first", "--container", "box", "disk");
        Assert.Equal("full", (string?)created["name"]);
        await engine.AwaitAsync("backups", "full", "available");
        await engine.AwaitAsync("volumes", "disk", "available");
        await client.RunAsync("volume", "backup", "create", "--name", "next", "--incremental", "--force", "disk");
        await engine.AwaitAsync("backups", "next", "available");
        await client.RunAsync("volume", "backup", "create", "--name", "frozen", "--snapshot", "point", "disk");
        await engine.AwaitAsync("backups", "frozen", "available");
    }

    private static async Task SetAsync(StockClient client)
    {
        await client.RunAsync("volume", "backup", "set", "--name", "second", "--description", "d", "next");
        await client.RunAsync("volume", "backup", "set", "--property", "k=v", "--property", "l=w", "second");
        await client.RunAsync("volume", "backup", "unset", "--property", "k", "second");
        var shown = await client.JsonAsync("volume", "backup", "show", "second");
        Assert.True((bool)shown["is_incremental"]!);
        Assert.False((bool)shown["has_dependent_backups"]!);
        Assert.Equal(("d", 1), ((string?)shown["description"], (int)shown["size"]!));
        Assert.Equal("{\"l\":\"w\"}", shown["metadata"]!.ToJsonString());
        var all = (await client.JsonAsync(List)).AsArray();
        Assert.Equal(["frozen", "second", "full"], all.Select(row => (string)row!["Name"]!));
        Assert.Equal("box", (string?)all[2]!["Container"]);
        Assert.Single((await client.JsonAsync([.. List, "--limit", "1"])).AsArray());
        Assert.Single((await client.JsonAsync([.. List, "--name", "full"])).AsArray());
        Assert.Empty((await client.JsonAsync([.. List, "--status", "error"])).AsArray());
        Assert.Equal(3, (await client.JsonAsync([.. List, "--volume", "disk"])).AsArray().Count);
        var full = (string)all[2]!["ID"]!;
        Assert.Equal(2, (await client.JsonAsync([.. List, "--marker", "frozen"])).AsArray().Count);
        Assert.Equal(full, (string?)(await client.JsonAsync("volume", "backup", "show", full))["id"]);
    }

    /// <summary>
    /// This client fails at what it does after a restore that the engine has taken on; the effect is what counts.
    /// </summary>
    private static async Task RestoreAsync(EngineProcess engine, StockClient client)
    {
        Assert.Equal(1, (await client.TryAsync("volume", "backup", "restore", "second")).ExitCode);
        await engine.AwaitAsync("backups", "second", "available");
        var volumes = (await client.JsonAsync("volume", "list", "--name", "disk")).AsArray();
        Assert.Equal(2, volumes.Count);
        var restored = await client.JsonAsync("volume", "show", (string)volumes[0]!["ID"]!);
        Assert.Equal("true", (string?)restored["bootable"]);
        Assert.Equal("blue", (string?)restored["properties"]!["color"]);
        await client.RunAsync("volume", "delete", (string)restored["id"]!);
        await client.RunAsync("volume", "create", "--size", "1", "target");
        await engine.AwaitAsync("volumes", "target", "available");
        await client.FailsAsync("--force", "volume", "backup", "restore", "second", "target");
        await client.TryAsync("volume", "backup", "restore", "--force", "second", "target");
        await engine.AwaitAsync("volumes", "target", "available");
        await engine.AwaitAsync("backups", "second", "available");
    }

    private static async Task DeleteAsync(EngineProcess engine, StockClient client)
    {
        await client.FailsAsync("have snapshots", "volume", "delete", "disk");
        await client.FailsAsync("No volumebackup with", "volume", "backup", "show", $"{Guid.NewGuid()}");
        await client.RunAsync("volume", "snapshot", "unset", "--property", "k", "point");
        await client.RunAsync("volume", "snapshot", "set", "--name", "moment", "point");
        await client.RunAsync("volume", "snapshot", "delete", "moment");
        await client.RunAsync("volume", "set", "--size", "2", "target");
        await engine.AwaitAsync("volumes", "target", "available");
        Assert.Equal(2, (int)(await client.JsonAsync("volume", "show", "target"))["size"]!);
        await client.RunAsync("volume", "backup", "delete", "full", "second", "frozen");
        foreach (var name in new[] { "full", "second", "frozen" })
            await engine.AwaitAsync("backups", name, status: null);
        await engine.AwaitAsync("snapshots", "moment", status: null);
        await client.RunAsync("volume", "delete", "target");
        await engine.AwaitAsync("volumes", "target", status: null);
    }

    /// <summary>A record goes out and comes in under another id; both are deleted, in any order.</summary>
    private static async Task RecordsAsync(EngineProcess engine, StockClient client)
    {
        var record = await client.JsonAsync("volume", "backup", "record", "export", "full");
        var fields = JsonNode.Parse(
            Encoding.UTF8.GetString(Convert.FromBase64String((string)record["backup_url"]!)))!;
        var id = Guid.NewGuid().ToString();
        (fields["id"], fields["display_name"]) = (id, "copy");
        var text = Convert.ToBase64String(Encoding.UTF8.GetBytes(fields.ToJsonString()));
        var service = (string)record["backup_service"]!;
        Assert.StartsWith("cinder.backup.drivers", service, StringComparison.Ordinal);

        Assert.Equal(
            id, (string?)(await client.JsonAsync("volume", "backup", "record", "import", service, text))["id"]);

        await client.FailsAsync("already exists", "volume", "backup", "record", "import", service, text);
        await client.TryAsync("volume", "backup", "restore", "copy");
        await engine.AsAdmin.AwaitAsync("backups", "copy", "available");
        await client.RunAsync("volume", "backup", "delete", "copy");
        await engine.AsAdmin.AwaitAsync("backups", "copy", status: null);
    }

    private static StockClient Openstack(EngineProcess engine, string token, string project) => new(
        "openstack",
        new Dictionary<string, string>
        {
            ["OS_AUTH_TYPE"] = "admin_token",
            ["OS_TOKEN"] = token,
            ["OS_ENDPOINT"] = $"{engine.Url}/v3/{project}",
            ["OS_VOLUME_API_VERSION"] = "3.64",
        },
        []);
}
