using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Tests.VolumeService.Support;
using BackupEngine.ControlPlane.VolumeService;

namespace BackupEngine.ControlPlane.Tests.VolumeService;

public sealed class LifecycleTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_volume_is_made_once_and_available()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync(VolumeStatus.Creating);
        await Volumes(test).CreateAsync(volume.Id, Cancel);
        test.Write(volume.Id, 0, seed: 1);
        await Volumes(test).CreateAsync(volume.Id, Cancel);
        var made = await test.VolumeAsync(volume.Id);
        Assert.Equal((VolumeStatus.Available, true), (made.Status, made.NeverWritten));
        Assert.Equal(RawFile.Pattern(1, 4096), test.Read(DriverUnderTest.Volume(volume.Id), 0));
    }

    [Theory]
    [InlineData(BackupStatus.Restoring, VolumeStatus.RestoringBackup)]
    [InlineData(BackupStatus.Available, VolumeStatus.Available)]
    public async Task A_volume_that_a_restore_is_to_fill_is_reserved_for_it(string backupStatus, string status)
    {
        await using var test = await StartAsync();
        var backup = new BackupEntity { Id = Guid.NewGuid(), Status = backupStatus };
        var volume = await test.AddVolumeAsync(
            VolumeStatus.Creating, adjust: v => v.RestoredFromBackupId = backup.Id);
        backup.RestoreVolumeId = volume.Id;
        await using (var database = await test.OpenAsync())
        {
            database.Add(backup);
            await database.SaveChangesAsync(Cancel);
        }

        await Volumes(test).CreateAsync(volume.Id, Cancel);
        Assert.Equal(status, (await test.VolumeAsync(volume.Id)).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_volume_from_a_source_has_its_contents_and_counts_as_written(bool fromSnapshot)
    {
        await using var test = await StartAsync();
        var source = await test.AddVolumeAsync();
        test.Write(source.Id, 8192, seed: 5);
        var snapshot = await test.AddSnapshotAsync(source.Id);
        await Snapshots(test).CreateAsync(snapshot.Id, Cancel);
        Assert.Equal(SnapshotStatus.Available, (await test.SnapshotAsync(snapshot.Id)).Status);
        var volume = await test.AddVolumeAsync(VolumeStatus.Creating, adjust: v =>
        {
            v.SizeGiB = 2;
            v.SourceSnapshotId = fromSnapshot ? snapshot.Id : null;
            v.SourceVolumeId = fromSnapshot ? null : source.Id;
        });
        await Volumes(test).CreateAsync(volume.Id, Cancel);
        var made = await test.VolumeAsync(volume.Id);
        Assert.Equal((VolumeStatus.Available, false), (made.Status, made.NeverWritten));
        Assert.Equal(RawFile.Pattern(5, 4096), test.Read(DriverUnderTest.Volume(volume.Id), 8192));
        Assert.Equal(2L << 30, new FileInfo(test.FileOf(volume.Id)).Length);
    }

    [Fact]
    public async Task A_volume_grows_once_and_says_why_when_it_cannot()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync();
        test.Write(volume.Id, 4096, seed: 3);
        await ExtendToAsync(test, volume.Id, 2);
        await Growth(test).ExtendAsync(volume.Id, Cancel);
        await Growth(test).ExtendAsync(volume.Id, Cancel);
        var grown = await test.VolumeAsync(volume.Id);
        Assert.Equal((VolumeStatus.Available, 2, (int?)null), (grown.Status, grown.SizeGiB, grown.TargetSizeGiB));
        Assert.Equal(2L << 30, new FileInfo(test.FileOf(volume.Id)).Length);
        Assert.Equal(RawFile.Pattern(3, 4096), test.Read(DriverUnderTest.Volume(volume.Id), 4096));

        File.Delete(test.FileOf(volume.Id));
        await ExtendToAsync(test, volume.Id, 3);
        await Growth(test).ExtendAsync(volume.Id, Cancel);
        var failed = await test.VolumeAsync(volume.Id);
        Assert.Equal(
            (VolumeStatus.ErrorExtending, 2, (int?)null), (failed.Status, failed.SizeGiB, failed.TargetSizeGiB));
        Assert.Contains("There is no Volume", failed.FailReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_volume_whose_source_is_gone_is_in_error_with_the_reason()
    {
        await using var test = await StartAsync();
        var missing = Guid.NewGuid();
        var volume = await test.AddVolumeAsync(VolumeStatus.Creating, adjust: v => v.SourceVolumeId = missing);
        await Volumes(test).CreateAsync(volume.Id, Cancel);
        var failed = await test.VolumeAsync(volume.Id);
        Assert.Equal(VolumeStatus.Error, failed.Status);
        Assert.Contains(missing.ToString(), failed.FailReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deleting_removes_the_file_and_keeps_the_record()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync(VolumeStatus.Deleting);
        await Volumes(test).DeleteAsync(volume.Id, Cancel);
        await Volumes(test).DeleteAsync(volume.Id, Cancel);
        Assert.NotNull((await test.VolumeAsync(volume.Id)).DeletedAt);
        Assert.False(File.Exists(test.FileOf(volume.Id)));
    }

    [Fact]
    public async Task An_exported_volume_is_not_deleted_and_says_why()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync(VolumeStatus.Deleting);
        var export = DriverUnderTest.Export(DriverUnderTest.Volume(volume.Id));
        await test.Driver.ExportAsync(export, Cancel);
        await Volumes(test).DeleteAsync(volume.Id, Cancel);
        var kept = await test.VolumeAsync(volume.Id);
        Assert.Equal((VolumeStatus.Error, null), (kept.Status, kept.DeletedAt));
        Assert.Contains(export.AttachmentId.ToString(), kept.FailReason, StringComparison.Ordinal);
        Assert.True(File.Exists(test.FileOf(volume.Id)));
    }

    [Fact]
    public async Task A_late_or_foreign_command_changes_nothing()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync();
        var elsewhere = await test.AddVolumeAsync(VolumeStatus.Creating, adjust: v => v.Host = "there");
        await Volumes(test).DeleteAsync(volume.Id, Cancel);
        await Volumes(test).CreateAsync(elsewhere.Id, Cancel);
        await Volumes(test).CreateAsync(Guid.NewGuid(), Cancel);
        Assert.True(File.Exists(test.FileOf(volume.Id)));
        Assert.Null((await test.VolumeAsync(volume.Id)).DeletedAt);
        Assert.Equal(VolumeStatus.Creating, (await test.VolumeAsync(elsewhere.Id)).Status);
        Assert.False(File.Exists(test.FileOf(elsewhere.Id)));
    }

    [Fact]
    public async Task A_snapshot_of_a_volume_without_a_file_is_in_error()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync(VolumeStatus.Creating);
        var snapshot = await test.AddSnapshotAsync(volume.Id);
        await Snapshots(test).CreateAsync(snapshot.Id, Cancel);
        Assert.Equal(SnapshotStatus.Error, (await test.SnapshotAsync(snapshot.Id)).Status);
    }

    [Fact]
    public async Task What_waits_in_the_records_is_begun_without_any_command()
    {
        await using var test = await StartAsync();
        var created = await test.AddVolumeAsync(VolumeStatus.Creating);
        var deleted = await test.AddVolumeAsync(VolumeStatus.Deleting);
        var source = await test.AddVolumeAsync();
        var taken = await test.AddSnapshotAsync(source.Id);
        var removed = await test.AddSnapshotAsync(source.Id, SnapshotStatus.Deleting);
        var device = new DeviceReference { Kind = DeviceKind.Snapshot, Id = removed.Id, VolumeId = source.Id };
        await test.Driver.CreateSnapshotAsync(source.Id, device, Cancel);
        await test.Get<LifecycleWork>().ResumeAsync(Cancel);
        await WaitUntilAsync(async () => (await test.VolumeAsync(created.Id)).Status == VolumeStatus.Available
            && (await test.VolumeAsync(deleted.Id)).DeletedAt is not null
            && (await test.SnapshotAsync(taken.Id)).Status == SnapshotStatus.Available
            && (await test.SnapshotAsync(removed.Id)).DeletedAt is not null);
        Assert.False(File.Exists(test.FileOf(device)));
    }

    private static async Task ExtendToAsync(VolumeServiceUnderTest test, Guid id, int sizeGiB)
    {
        await using var database = await test.OpenAsync();
        var volume = await database.Volumes.FindAsync([id], Cancel);
        (volume!.Status, volume.TargetSizeGiB) = (VolumeStatus.Extending, sizeGiB);
        await database.SaveChangesAsync(Cancel);
    }

    private static VolumeGrowth Growth(VolumeServiceUnderTest test) => test.Get<VolumeGrowth>();

    private static VolumeLifecycle Volumes(VolumeServiceUnderTest test) => test.Get<VolumeLifecycle>();

    private static SnapshotLifecycle Snapshots(VolumeServiceUnderTest test) => test.Get<SnapshotLifecycle>();

    private static Task<VolumeServiceUnderTest> StartAsync() =>
        VolumeServiceUnderTest.StartAsync(TestDirectory.InTemp());

    private static async Task WaitUntilAsync(Func<Task<bool>> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30), "waited in vain");
            await Task.Delay(10, Cancel);
        }
    }
}
