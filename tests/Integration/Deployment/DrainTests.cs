using BackupEngine.Integration.Support;

namespace BackupEngine.Integration.Deployment;

/// <summary>A backup service that is told to stop while it runs a backup.</summary>
[Collection(Broker.Name)]
public sealed class DrainTests(VolumeFileSystem files)
{
    private const int DataMiB = 48;

    [Fact]
    public async Task What_runs_at_SIGTERM_is_suspended_and_another_process_ends_it()
    {
        using var database = new SharedDatabase();
        var repository = Directory.CreateTempSubdirectory("be-drain-").FullName;
        (string, string)[] shared =
        [
            ("Database", "postgresql"), ("PostgreSql", database.Connection), ("Transport", "rabbitmq"),
            ("RabbitMq", Broker.Address), ("Host", "drain-" + Guid.NewGuid().ToString("N")[..8]),
            ("Repository", Path.Combine(repository, "r")),
        ];
        (string, string)[] backup = [.. shared, ("Roles", "backup"), ("DrainSeconds", "5")];
        await using var engine = await EngineUnderTest.StartAsync(
            files, "rabbitmq", [.. shared, ("Roles", "api,volume")]);
        var volume = await engine.User.CreateVolumeAsync();
        var device = await engine.User.ConnectAsync(volume);
        Device.Fill(device, 0, DataMiB << 20, seed: 7);
        var hash = Device.Hash(device);
        await engine.User.DisconnectAsync(volume);

        await using var first = await new ServeProcess([.. backup, ("BackupRateLimitMiB", "2")]).ReadyAsync();
        var id = await engine.User.BeginBackupAsync(volume);
        await Eventually.HoldsAsync(
            async () => (await engine.User.StepsAsync(id)).Contains("12 started"), "the transfer has begun");
        Assert.Equal(0, await first.TerminateAsync());

        Assert.Equal("creating", (await engine.User.BackupRecordAsync(id))["status"]!.GetValue<string>());
        Assert.DoesNotContain("12 done", await engine.User.StepsAsync(id));
        engine.AssertNoDeviceIsLeft();
        await using var second = await new ServeProcess(backup).ReadyAsync();
        await engine.User.AwaitBackupAsync(id, "available");
        await AssertRestoredAsync(engine, id, hash);
        engine.AssertNoDeviceIsLeft();
        await second.TerminateAsync();
        Directory.Delete(repository, recursive: true);
    }

    private static async Task AssertRestoredAsync(EngineUnderTest engine, Guid backup, string hash)
    {
        var target = await engine.User.BeginRestoreAsync(backup);
        await engine.User.AwaitVolumeAsync(target, "available");
        Assert.Equal(hash, Device.Hash(await engine.User.ConnectAsync(target)));
        await engine.User.DisconnectAsync(target);
    }
}
