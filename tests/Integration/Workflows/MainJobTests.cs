using BackupEngine.Integration.Support;

namespace BackupEngine.Integration.Workflows;

/// <summary>The main job over the REST API with real devices, on each transport.</summary>
[Collection(Broker.Name)]
public sealed class MainJobTests(VolumeFileSystem files)
{
    private static readonly string[] EveryStep = [.. Enumerable.Range(1, 18).Select(number => $"{number} done")];

    [Theory]
    [InlineData("memory")]
    [InlineData("rabbitmq")]
    public async Task Full_and_incremental_backups_are_restored_byte_for_byte(string transport)
    {
        await using var engine = await EngineUnderTest.StartAsync(files, transport);
        var volume = await engine.User.CreateVolumeAsync();
        var device = await engine.User.ConnectAsync(volume);
        Device.Fill(device, 0, 24 << 20, seed: 1);
        await engine.User.AttachAsync(volume);

        var full = await engine.User.BackupAsync(volume);
        var first = Device.Hash(device);
        Device.Fill(device, 5 << 20, 1 << 20, seed: 2);
        var incremental = await engine.User.BackupAsync(volume, incremental: true);
        var second = Device.Hash(device);

        Assert.All(EveryStep, step => Assert.Contains(step, engine.User.StepsAsync(full).Result));
        Assert.Equal("in-use", (await engine.User.VolumeRecordAsync(volume))["status"]!.GetValue<string>());
        var read = await engine.User.StatisticAsync(incremental, "bytes_read")
            - await engine.User.StatisticAsync(incremental, "reread_bytes");
        Assert.InRange(read, 1 << 20, (1L << 30) / 50);
        Assert.Equal(first, await RestoreAsync(engine, full));
        Assert.Equal(second, await RestoreAsync(engine, incremental, await engine.User.CreateVolumeAsync()));

        await engine.User.DisconnectAsync(volume);
        engine.AssertNoDeviceIsLeft();
        await DeleteAsync(engine, full);
        Assert.Equal(second, await RestoreAsync(engine, incremental));
    }

    private static async Task<string> RestoreAsync(EngineUnderTest engine, Guid backup, Guid? target = null)
    {
        var volume = await engine.User.BeginRestoreAsync(backup, target);
        await engine.User.AwaitBackupAsync(backup, "available");
        await engine.User.AwaitVolumeAsync(volume, "available");
        var hash = Device.Hash(await engine.User.ConnectAsync(volume));
        await engine.User.DisconnectAsync(volume);
        return hash;
    }

    private static async Task DeleteAsync(EngineUnderTest engine, Guid backup)
    {
        await engine.User.DeleteBackupAsync(backup);
        await Eventually.HoldsAsync(async () => !await engine.User.BackupExistsAsync(backup), "the backup is deleted");
    }
}
