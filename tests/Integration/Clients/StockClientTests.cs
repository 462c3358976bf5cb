namespace BackupEngine.Integration.Clients;

/// <summary>The clients that operators have, unchanged, against the running program.</summary>
public sealed class StockClientTests
{
    [Fact]
    public async Task Openstack_does_the_main_job_with_a_token_of_the_token_file()
    {
        Assert.SkipUnless(
            StockClient.IsInstalled("openstack"), "needs the program openstack (python3-openstackclient)");
        await using var engine = await EngineProcess.StartAsync("token-file");
        var client = Openstack(engine);

        await client.RunAsync("volume", "create", "--size", "1", "disk");
        await engine.AwaitAsync("volumes", "disk", "available");
        await client.RunAsync("volume", "snapshot", "create", "--volume", "disk", "point");
        await engine.AwaitAsync("snapshots", "point", "available");
        await client.RunAsync("volume", "backup", "create", "--name", "full", "disk");
        await engine.AwaitAsync("backups", "full", "available");
        await engine.AwaitAsync("volumes", "disk", "available");
        await client.RunAsync("volume", "backup", "create", "--name", "next", "--incremental", "disk");
        await engine.AwaitAsync("backups", "next", "available");

        var next = await client.JsonAsync("volume", "backup", "show", "next");
        Assert.True((bool)next["is_incremental"]!);
        Assert.Equal(2, (await client.JsonAsync("volume", "backup", "list")).AsArray().Count);
        // This client fails at what it does after a restore that the engine has taken on; the effect is what counts.
        await client.TryAsync("volume", "backup", "restore", "next");
        await engine.AwaitAsync("volumes", "restore_backup_", "available");
        await engine.AwaitAsync("backups", "next", "available");

        var (exitCode, refusal) = await client.TryAsync("volume", "delete", "disk");
        Assert.Equal(1, exitCode);
        Assert.Contains("have snapshots", refusal, StringComparison.Ordinal);
        await client.RunAsync("volume", "snapshot", "delete", "point");
        await client.RunAsync("volume", "backup", "delete", "full");
        await engine.AwaitAsync("backups", "full", status: null);
        await engine.AwaitAsync("snapshots", "point", status: null);
        await client.RunAsync("volume", "delete", "disk");
        await engine.AwaitAsync("volumes", "disk", status: null);
    }

    [Fact]
    public async Task Cinder_does_the_main_job_without_authentication()
    {
        Assert.SkipUnless(StockClient.IsInstalled("cinder"), "needs the program cinder (python3-cinderclient)");
        await using var engine = await EngineProcess.StartAsync("noauth");
        var client = Cinder(engine);

        await client.RunAsync("create", "--name", "disk", "1");
        await engine.AwaitAsync("volumes", "disk", "available");
        await client.RunAsync("backup-create", "--name", "full", "disk");
        await engine.AwaitAsync("backups", "full", "available");
        await client.RunAsync("backup-update", "--name", "whole", "full");
        await client.RunAsync("backup-restore", "whole");
        await engine.AwaitAsync("volumes", "restore_backup_", "available");
        await engine.AwaitAsync("backups", "whole", "available");
        Assert.Contains("whole", await client.RunAsync("backup-list"), StringComparison.Ordinal);
        await client.RunAsync("backup-delete", "whole");
        await engine.AwaitAsync("backups", "whole", status: null);
        await client.RunAsync("quota-show", engine.ProjectId);
        await client.RunAsync("service-list");

        var (exitCode, refusal) = await client.TryAsync("backup-create", "--incremental", "disk");
        Assert.Equal(1, exitCode);
        Assert.Contains("No backups available to do an incremental backup.", refusal, StringComparison.Ordinal);
    }

    private static StockClient Openstack(EngineProcess engine) => new(
        "openstack",
        new Dictionary<string, string>
        {
            ["OS_AUTH_TYPE"] = "admin_token",
            ["OS_TOKEN"] = engine.Token!,
            ["OS_ENDPOINT"] = $"{engine.Url}/v3/{engine.ProjectId}",
            ["OS_VOLUME_API_VERSION"] = "3.64",
        },
        []);

    private static StockClient Cinder(EngineProcess engine) => new(
        "cinder",
        new Dictionary<string, string>(),
        [
            "--os-auth-type", "noauth", "--os-user-id", "operator", "--os-project-id", engine.ProjectId,
            "--os-endpoint", $"{engine.Url}/v3", "--os-volume-api-version", "3.65",
        ]);
}
