using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Tests.VolumeService.Support;
using BackupEngine.ControlPlane.VolumeService.Drivers;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files;

namespace BackupEngine.ControlPlane.Tests.VolumeService.Drivers;

/// <summary>What every volume driver, in every mode, must do. A new mode costs a class with one method.</summary>
public abstract class VolumeDriverConformance : IAsyncLifetime
{
    private const int BlockBytes = 4096;

    private DriverUnderTest _test = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private FileVolumeDriver Driver => _test.Driver;

    protected abstract bool ClonesAreInstant { get; }

    private protected abstract Task<DriverUnderTest> StartAsync();

    public async ValueTask InitializeAsync() => _test = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_test is not null)
            await _test.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_new_volume_reads_as_zeros_and_has_its_size()
    {
        var volume = await _test.NewVolumeAsync();
        Assert.True(await Driver.ReadsAsZeroAsync(volume, Cancel));
        var exported = await Driver.ExportAsync(DriverUnderTest.Export(volume), Cancel);
        Assert.Equal("local", exported.Connection.Type);
        Assert.Equal(DriverUnderTest.VolumeBytes, exported.SizeBytes);
        Assert.Equal(-1, (await ReadAsync(exported)).AsSpan().IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public async Task What_is_written_through_an_export_is_read_through_the_next()
    {
        var volume = await _test.NewVolumeAsync();
        var data = RawFile.Pattern(1, 3 * BlockBytes);
        await WriteAsync(volume, 5 * BlockBytes, data);
        Assert.False(await Driver.ReadsAsZeroAsync(volume, Cancel));
        Assert.Equal(data, await ReadAsync(volume, 5 * BlockBytes, data.Length));
    }

    [Fact]
    public async Task A_volume_that_grows_keeps_its_data_and_ends_in_zeros()
    {
        var volume = await _test.NewVolumeAsync();
        var data = RawFile.Pattern(1, BlockBytes);
        await WriteAsync(volume, 0, data);
        const long grown = DriverUnderTest.VolumeBytes + (1 << 20);

        await Driver.ExtendAsync(volume, grown, Cancel);
        await Driver.ExtendAsync(volume, grown, Cancel);

        var exported = await Driver.ExportAsync(DriverUnderTest.Export(volume), Cancel);
        Assert.Equal(grown, exported.SizeBytes);
        Assert.Equal(data, await ReadAsync(volume, 0, BlockBytes));
        var added = await ReadAsync(volume, (int)DriverUnderTest.VolumeBytes, 1 << 20);
        Assert.Equal(-1, added.AsSpan().IndexOfAnyExcept((byte)0));
        await RefusedAsync(() => Driver.ExtendAsync(volume, grown + BlockBytes, Cancel));
    }

    [Fact]
    public async Task A_volume_never_shrinks()
    {
        var volume = await _test.NewVolumeAsync();
        await RefusedAsync(() => Driver.ExtendAsync(volume, DriverUnderTest.VolumeBytes - BlockBytes, Cancel));
        Assert.Equal(DriverUnderTest.VolumeBytes, new FileInfo(_test.FileOf(volume)).Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-4096)]
    [InlineData(4097)]
    public async Task A_size_that_is_none_is_refused(long sizeBytes)
    {
        var id = Guid.NewGuid();
        await RefusedAsync(() => Driver.CreateVolumeAsync(id, sizeBytes, Cancel));
        Assert.False(File.Exists(_test.FileOf(DriverUnderTest.Volume(id))));
    }

    [Theory]
    [InlineData(DeviceKind.Snapshot)]
    [InlineData(DeviceKind.TemporarySnapshot)]
    public async Task A_snapshot_keeps_the_moment_while_the_volume_goes_on(DeviceKind kind)
    {
        var volume = await _test.NewVolumeAsync();
        await WriteAsync(volume, 0, RawFile.Pattern(1, BlockBytes));
        var snapshot = DriverUnderTest.Of(volume, kind);
        await Driver.CreateSnapshotAsync(volume.Id, snapshot, Cancel);
        await WriteAsync(volume, 0, RawFile.Pattern(2, BlockBytes));
        Assert.Equal(RawFile.Pattern(1, BlockBytes), await ReadAsync(snapshot, 0, BlockBytes));
        Assert.Equal(RawFile.Pattern(2, BlockBytes), await ReadAsync(volume, 0, BlockBytes));
    }

    [Fact]
    public async Task A_snapshot_holds_what_was_written_to_a_device_and_not_flushed()
    {
        var volume = await _test.NewVolumeAsync();
        var export = DriverUnderTest.Export(volume, DeviceAccess.ReadWrite);
        var exported = await Driver.ExportAsync(export, Cancel);
        await using var device = new FileStream(
            exported.Connection.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
        await device.WriteAsync(RawFile.Pattern(7, BlockBytes), Cancel);
        var snapshot = DriverUnderTest.Of(volume, DeviceKind.TemporarySnapshot);
        await Driver.CreateSnapshotAsync(volume.Id, snapshot, Cancel);
        Assert.Equal(RawFile.Pattern(7, BlockBytes), await ReadAsync(snapshot, 0, BlockBytes));
    }

    [Fact]
    public async Task A_clone_is_grown_and_independent()
    {
        var volume = await _test.NewVolumeAsync();
        await WriteAsync(volume, 0, RawFile.Pattern(1, BlockBytes));
        var clone = DriverUnderTest.Volume(Guid.NewGuid());
        await Driver.CloneAsync(volume, clone, 2 * DriverUnderTest.VolumeBytes, Cancel);
        await WriteAsync(clone, BlockBytes, RawFile.Pattern(2, BlockBytes));
        var contents = await ReadAsync(clone);
        Assert.Equal(2 * DriverUnderTest.VolumeBytes, contents.Length);
        Assert.Equal(RawFile.Pattern(1, BlockBytes), contents.AsSpan(0, BlockBytes));
        Assert.Equal(0, (await ReadAsync(volume))[BlockBytes]);
    }

    [Fact]
    public async Task A_clone_smaller_than_its_source_is_refused_and_leaves_nothing()
    {
        var volume = await _test.NewVolumeAsync();
        var clone = DriverUnderTest.Volume(Guid.NewGuid());
        await RefusedAsync(() => Driver.CloneAsync(volume, clone, BlockBytes, Cancel));
        Assert.Empty(Directory.GetFiles(_test.Root, $"{clone.Id}*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task What_does_not_exist_is_refused_with_its_name()
    {
        var missing = DriverUnderTest.Volume(Guid.NewGuid());
        var snapshot = DriverUnderTest.Of(missing, DeviceKind.Snapshot);
        foreach (var attempt in (Func<Task>[])
            [() => Driver.ExportAsync(DriverUnderTest.Export(missing), Cancel),
            () => Driver.CreateSnapshotAsync(missing.Id, snapshot, Cancel),
            () => Driver.CloneAsync(missing, DriverUnderTest.Volume(Guid.NewGuid()), BlockBytes, Cancel),
            () => Driver.ReadsAsZeroAsync(missing, Cancel)])
            Assert.Contains(missing.Id.ToString(), await RefusedAsync(attempt), StringComparison.Ordinal);
        Assert.Empty(await Driver.ListExportsAsync(Cancel));
    }

    [Fact]
    public async Task Every_method_may_be_repeated()
    {
        var volume = DriverUnderTest.Volume(Guid.NewGuid());
        var clone = DriverUnderTest.Volume(Guid.NewGuid());
        var snapshot = DriverUnderTest.Of(volume, DeviceKind.Snapshot);
        var export = DriverUnderTest.Export(volume, DeviceAccess.ReadWrite);
        var backup = Guid.NewGuid();
        await TwiceAsync(() => Driver.StartAsync(Cancel));
        await TwiceAsync(() => Driver.CreateVolumeAsync(volume.Id, DriverUnderTest.VolumeBytes, Cancel));
        await WriteAsync(volume, 0, RawFile.Pattern(1, BlockBytes));
        await TwiceAsync(() => Driver.CreateVolumeAsync(volume.Id, DriverUnderTest.VolumeBytes, Cancel));
        await TwiceAsync(() => Driver.CreateSnapshotAsync(volume.Id, snapshot, Cancel));
        await TwiceAsync(() => Driver.CloneAsync(snapshot, clone, DriverUnderTest.VolumeBytes, Cancel));
        await SameTwiceAsync(() => Driver.CreateBasePointAsync(volume, backup, Cancel));
        await SameTwiceAsync(() => Driver.ExportAsync(export, Cancel));
        await TwiceAsync(() => Driver.UnexportAsync(export.AttachmentId, Cancel));
        await TwiceAsync(() => Driver.DropBasePointAsync(volume.Id, backup, Cancel));
        Assert.Equal(RawFile.Pattern(1, BlockBytes), await ReadAsync(clone, 0, BlockBytes));
        foreach (var device in (DeviceReference[])[snapshot, clone, volume])
            await TwiceAsync(() => Driver.DeleteAsync(device, Cancel));
        Assert.Equal(
            ["lock"], Directory.GetFiles(_test.Root, "*", SearchOption.AllDirectories).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Repeating_with_another_size_is_refused()
    {
        var volume = await _test.NewVolumeAsync();
        await RefusedAsync(() => Driver.CreateVolumeAsync(volume.Id, 2 * DriverUnderTest.VolumeBytes, Cancel));
        Assert.Equal(DriverUnderTest.VolumeBytes, new FileInfo(_test.FileOf(volume)).Length);
    }

    [Fact]
    public async Task Exports_survive_a_restart()
    {
        var volume = await _test.NewVolumeAsync();
        var export = DriverUnderTest.Export(volume, DeviceAccess.ReadWrite, backupId: Guid.NewGuid());
        var before = await Driver.ExportAsync(export, Cancel);
        await _test.RestartAsync();
        Assert.Equal([export], await Driver.ListExportsAsync(Cancel));
        Assert.Equal(before, await Driver.ExportAsync(export, Cancel));
        await _test.RestartAsync();
        await Driver.UnexportAsync(export.AttachmentId, Cancel);
        Assert.Empty(await Driver.ListExportsAsync(Cancel));
    }

    [Fact]
    public async Task An_exported_device_is_not_deleted()
    {
        var volume = await _test.NewVolumeAsync();
        var export = DriverUnderTest.Export(volume);
        await Driver.ExportAsync(export, Cancel);
        var refusal = await RefusedAsync(() => Driver.DeleteAsync(volume, Cancel));
        Assert.Contains(export.AttachmentId.ToString(), refusal, StringComparison.Ordinal);
        await ReadAsync(await Driver.ExportAsync(export, Cancel));
        await Driver.UnexportAsync(export.AttachmentId, Cancel);
        await Driver.DeleteAsync(volume, Cancel);
    }

    [Fact]
    public async Task There_is_one_writer_at_most()
    {
        var volume = await _test.NewVolumeAsync();
        var writer = DriverUnderTest.Export(volume, DeviceAccess.ReadWrite);
        await Driver.ExportAsync(writer, Cancel);
        await RefusedAsync(() => Driver.ExportAsync(DriverUnderTest.Export(volume, DeviceAccess.ReadWrite), Cancel));
        await Driver.ExportAsync(DriverUnderTest.Export(volume), Cancel);
        await Driver.UnexportAsync(writer.AttachmentId, Cancel);
        await Driver.ExportAsync(DriverUnderTest.Export(volume, DeviceAccess.ReadWrite), Cancel);
    }

    [Fact]
    public async Task An_attachment_is_never_another_export()
    {
        var volume = await _test.NewVolumeAsync();
        var other = await _test.NewVolumeAsync();
        var export = DriverUnderTest.Export(volume);
        await Driver.ExportAsync(export, Cancel);
        await RefusedAsync(() => Driver.ExportAsync(export with { Device = other }, Cancel));
        await RefusedAsync(() => Driver.ExportAsync(export with { Access = DeviceAccess.ReadWrite }, Cancel));
        Assert.Equal([export], await Driver.ListExportsAsync(Cancel));
    }

    [Fact]
    public async Task Only_volumes_are_exported_for_writing()
    {
        var volume = await _test.NewVolumeAsync();
        var snapshot = DriverUnderTest.Of(volume, DeviceKind.Snapshot);
        await Driver.CreateSnapshotAsync(volume.Id, snapshot, Cancel);
        await RefusedAsync(() => Driver.ExportAsync(DriverUnderTest.Export(snapshot, DeviceAccess.ReadWrite), Cancel));
    }

    [Fact]
    public async Task Temporary_objects_and_base_points_are_listed()
    {
        var volume = await _test.NewVolumeAsync();
        var temporary = DriverUnderTest.Of(volume, DeviceKind.TemporarySnapshot);
        var backup = Guid.NewGuid();
        await Driver.CreateSnapshotAsync(volume.Id, temporary, Cancel);
        var token = await Driver.CreateBasePointAsync(temporary, backup, Cancel);
        Assert.Equal([temporary.Id], await Driver.ListTemporaryObjectsAsync(Cancel));
        Assert.Equal(
            token.Length > 0 ? [new BasePoint(volume.Id, backup)] : [], await Driver.ListBasePointsAsync(Cancel));
        Assert.Equal(ClonesAreInstant, token.Length > 0);
        Assert.Equal(ClonesAreInstant, Driver.ClonesAreInstant);
    }

    [Fact]
    public async Task Changed_blocks_are_told_or_said_to_be_unknown()
    {
        var volume = await _test.NewVolumeAsync();
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        var token = await Driver.CreateBasePointAsync(volume, first, Cancel);
        await WriteAsync(volume, 9 * BlockBytes, RawFile.Pattern(3, BlockBytes));
        await Driver.CreateBasePointAsync(volume, second, Cancel);
        var changed = await Driver.GetChangedBlocksAsync(volume.Id, token, second, Cancel);
        Assert.Equal(ClonesAreInstant, changed.Known);
        Assert.Equal(ClonesAreInstant, changed.Reason.Length == 0);
        Assert.Equal(ClonesAreInstant ? [9L * BlockBytes] : [], changed.Extents.Select(extent => extent.OffsetBytes));
    }

    [Fact]
    public async Task The_directory_has_one_owner()
    {
        using var second = new FileVolumeDriver(
            new FileVolumeDriverOptions { Directory = _test.Root },
            Microsoft.Extensions.Logging.Abstractions.NullLogger<FileVolumeDriver>.Instance);
        Assert.Contains(_test.Root, await RefusedAsync(() => second.StartAsync(Cancel)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_crash_left_half_made_is_removed_at_start()
    {
        var volume = await _test.NewVolumeAsync();
        var partial = _test.FileOf(volume) + ".partial";
        await File.WriteAllTextAsync(partial, "half", Cancel);
        await _test.RestartAsync();
        Assert.False(File.Exists(partial));
        Assert.True(File.Exists(_test.FileOf(volume)));
    }

    private async Task WriteAsync(DeviceReference device, long offset, byte[] bytes)
    {
        var export = DriverUnderTest.Export(device, DeviceAccess.ReadWrite);
        var exported = await Driver.ExportAsync(export, Cancel);
        await using (var stream = new FileStream(exported.Connection.Path, FileMode.Open, FileAccess.ReadWrite))
        {
            stream.Position = offset;
            await stream.WriteAsync(bytes, Cancel);
            stream.Flush(flushToDisk: true);
        }

        await Driver.UnexportAsync(export.AttachmentId, Cancel);
    }

    private async Task<byte[]> ReadAsync(DeviceReference device)
    {
        var export = DriverUnderTest.Export(device, backupId: Guid.NewGuid());
        var contents = await ReadAsync(await Driver.ExportAsync(export, Cancel));
        await Driver.UnexportAsync(export.AttachmentId, Cancel);
        return contents;
    }

    private async Task<byte[]> ReadAsync(DeviceReference device, int offset, int length) =>
        (await ReadAsync(device))[offset..(offset + length)];

    private static async Task<byte[]> ReadAsync(ExportedDevice exported)
    {
        var contents = new byte[exported.SizeBytes];
        await using var stream = new FileStream(exported.Connection.Path, FileMode.Open, FileAccess.Read);
        await stream.ReadExactlyAsync(contents, Cancel);
        return contents;
    }

    private static async Task<string> RefusedAsync(Func<Task> action) =>
        (await Assert.ThrowsAsync<VolumeDriverException>(action)).Message;

    private static async Task TwiceAsync(Func<Task> action)
    {
        await action();
        await action();
    }

    private static async Task SameTwiceAsync<T>(Func<Task<T>> action) => Assert.Equal(await action(), await action());
}
