using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Tests.VolumeService.Support;
using BackupEngine.ControlPlane.VolumeService;

namespace BackupEngine.ControlPlane.Tests.VolumeService;

public sealed class BasePointKeeperTests(FileSystems systems)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_incremental_is_told_what_changed_since_its_parent()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync(VolumeStatus.BackingUp, VolumeStatus.Available);
        test.Write(volume.Id, 0, seed: 1);
        var (parent, token) = await BackUpAsync(test, volume);
        await SettleAsync(test, parent, keep: true);
        test.Write(volume.Id, 40960, seed: 2);
        var (child, _) = await BackUpAsync(test, volume);
        var changed = await AskAsync(test, child, token);
        Assert.Equal(new ChangedExtent { OffsetBytes = 40960, LengthBytes = 4096 }, Assert.Single(changed.Extents));
        await SettleAsync(test, child, keep: true);
        Assert.Equal([child.Id], await KeptAsync(test));
        var (grandchild, _) = await BackUpAsync(test, volume);
        Assert.False((await AskAsync(test, grandchild, token)).Known);
    }

    [Fact]
    public async Task A_failed_backup_loses_its_base_point_and_the_parent_keeps_its_own()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync();
        var (parent, _) = await BackUpAsync(test, volume);
        await SettleAsync(test, parent, keep: true);
        var (failed, _) = await BackUpAsync(test, volume);
        for (var again = 0; again < 2; again++)
            await SettleAsync(test, failed, keep: false);
        Assert.Equal([parent.Id], await KeptAsync(test));
    }

    [Fact]
    public async Task Settling_leaves_alone_what_is_under_way_what_is_later_and_other_volumes()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync();
        var (_, _) = await BackUpAsync(test, await test.AddVolumeAsync());
        var (old, _) = await BackUpAsync(test, volume);
        var (settled, _) = await BackUpAsync(test, volume);
        var (underWay, _) = await BackUpAsync(test, volume);
        var (later, _) = await BackUpAsync(test, volume);
        await test.SetStatusAsync(old.Id, BackupStatus.Available);
        await test.SetStatusAsync(settled.Id, BackupStatus.Available);
        await test.SetStatusAsync(later.Id, BackupStatus.Available);
        await SettleAsync(test, settled, keep: true);
        var kept = await test.Driver.ListBasePointsAsync(Cancel);
        Assert.Equal(
            new[] { settled.Id, underWay.Id, later.Id }.Order(),
            kept.Where(point => point.VolumeId == volume.Id).Select(point => point.BackupId).Order());
        Assert.Equal(4, kept.Count);
    }

    [Fact]
    public async Task Without_a_record_nothing_is_settled()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync();
        var (backup, _) = await BackUpAsync(test, volume);
        await Assert.ThrowsAsync<RefusedException>(() => test.BasePoints.SettleAsync(
            new() { BackupId = Guid.NewGuid(), VolumeId = volume.Id, Keep = true }, Cancel));
        Assert.Equal([backup.Id], await KeptAsync(test));
    }

    private Task<VolumeServiceUnderTest> StartAsync() => VolumeServiceUnderTest.StartAsync(systems.Xfs.NewDirectory());

    private static async Task<(BackupEntity Backup, string Token)> BackUpAsync(
        VolumeServiceUnderTest test, VolumeEntity volume)
    {
        var backup = await test.AddBackupAsync(volume.Id);
        return (backup, Assert.IsType<BackupDevice>(await test.Devices.GetAsync(backup.Id, Cancel)).BaseToken);
    }

    private static Task<ChangedBlocks> AskAsync(VolumeServiceUnderTest test, BackupEntity backup, string token) =>
        test.BasePoints.GetChangedBlocksAsync(
            new() { BackupId = backup.Id, VolumeId = backup.VolumeId, ParentBaseToken = token }, Cancel);

    private static async Task SettleAsync(VolumeServiceUnderTest test, BackupEntity backup, bool keep)
    {
        await test.SetStatusAsync(backup.Id, keep ? BackupStatus.Available : BackupStatus.Error);
        await test.BasePoints.SettleAsync(
            new() { BackupId = backup.Id, VolumeId = backup.VolumeId, Keep = keep }, Cancel);
    }

    private static async Task<IEnumerable<Guid>> KeptAsync(VolumeServiceUnderTest test) =>
        (await test.Driver.ListBasePointsAsync(Cancel)).Select(point => point.BackupId);
}
