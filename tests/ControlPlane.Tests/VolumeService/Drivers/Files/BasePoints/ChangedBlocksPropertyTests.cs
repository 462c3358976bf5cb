using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Tests.VolumeService.Support;
using CsCheck;

namespace BackupEngine.ControlPlane.Tests.VolumeService.Drivers.Files.BasePoints;

/// <summary>
/// Whatever happens to a volume between two base points, no byte that differs is left out of the answer.
/// </summary>
public sealed class ChangedBlocksPropertyTests(FileSystems systems)
{
    private const int BlockBytes = 4096;
    private const int MaxBlocks = 512;

    private static readonly Gen<Change> AnyChange = Gen.Select(
        Gen.Enum<ChangeKind>(),
        Gen.Int[0, (MaxBlocks * BlockBytes) - 1],
        Gen.OneOf(Gen.Int[1, 3 * BlockBytes], Gen.Int[1, 64 * BlockBytes]),
        Gen.Int[1, int.MaxValue],
        (kind, offset, length, seed) => new Change(kind, offset, length, seed));

    private static readonly Gen<(List<Change> Before, List<Change> Between)> Histories =
        Gen.Select(AnyChange.List[0, 8], AnyChange.List[0, 8]);

    private enum ChangeKind
    {
        Write,
        WriteAligned,
        WriteZeros,
        WriteCompressible,
        Punch,
        Preallocate,
        Flush,
        Resize,
        SnapshotAndDrop,
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("xfs")]
    [InlineData("btrfs")]
    [InlineData("btrfs-zstd")]
    public async Task Every_byte_that_differs_is_reported(string system)
    {
        await using var test = await DriverUnderTest.StartAsync(systems.Of(system).NewDirectory());
        await Histories.SampleAsync(
            async history =>
            {
                var volume = await test.NewVolumeAsync(MaxBlocks / 2 * BlockBytes);
                foreach (var change in history.Before)
                    await ApplyAsync(test, volume, change);
                var (before, token) = await BasePointAsync(test, volume);
                foreach (var change in history.Between)
                    await ApplyAsync(test, volume, change);
                var (after, _) = await BasePointAsync(test, volume);
                await RequireAllReportedAsync(test, volume, before, token, after);
                await test.Driver.DeleteAsync(volume, Cancel);
            },
            iter: 60,
            threads: 1);
    }

    [Fact]
    public async Task On_xfs_no_more_than_the_overwritten_blocks_is_reported()
    {
        await using var test = await DriverUnderTest.StartAsync(systems.Xfs.NewDirectory());
        await Gen.Int[0, MaxBlocks - 1].HashSet[1, 40].SampleAsync(
            async blocks =>
            {
                var volume = await test.NewVolumeAsync(MaxBlocks * BlockBytes);
                RawFile.Write(test.FileOf(volume), 0, RawFile.Pattern(1, MaxBlocks * BlockBytes));
                var (_, token) = await BasePointAsync(test, volume);
                foreach (var block in blocks)
                    RawFile.Write(test.FileOf(volume), block * BlockBytes, RawFile.Pattern(2 + block, BlockBytes));
                var (after, _) = await BasePointAsync(test, volume);
                var changed = await test.Driver.GetChangedBlocksAsync(volume.Id, token, after, Cancel);
                Assert.Equal(
                    blocks.Order(),
                    changed.Extents.SelectMany(
                        e => Enumerable.Range((int)(e.OffsetBytes / BlockBytes), (int)(e.LengthBytes / BlockBytes))));
                await test.Driver.DeleteAsync(volume, Cancel);
            },
            iter: 20,
            threads: 1);
    }

    private static async Task<(Guid Backup, string Token)> BasePointAsync(DriverUnderTest test, DeviceReference volume)
    {
        var backup = Guid.NewGuid();
        return (backup, await test.Driver.CreateBasePointAsync(volume, backup, Cancel));
    }

    private static async Task RequireAllReportedAsync(
        DriverUnderTest test, DeviceReference volume, Guid before, string token, Guid after)
    {
        var changed = await test.Driver.GetChangedBlocksAsync(volume.Id, token, after, Cancel);
        Assert.True(changed.Known, changed.Reason);
        var old = await File.ReadAllBytesAsync(test.FileOf(volume, before), Cancel);
        var now = await File.ReadAllBytesAsync(test.FileOf(volume, after), Cancel);
        RequireWellFormed(changed.Extents, now.Length);
        // Outside of what is reported, the volume is what it was.
        foreach (var extent in changed.Extents)
        {
            var (start, end) = ((int)extent.OffsetBytes, (int)(extent.OffsetBytes + extent.LengthBytes));
            now.AsSpan(start, end - start).Clear();
            if (start < old.Length)
                old.AsSpan(start, Math.Min(end, old.Length) - start).Clear();
        }

        var common = Math.Min(old.Length, now.Length);
        Assert.Equal(common, old.AsSpan(0, common).CommonPrefixLength(now.AsSpan(0, common)));
        Assert.Equal(-1, now.AsSpan(common).IndexOfAnyExcept((byte)0));
        Assert.True(
            now.Length <= old.Length || Covers(changed.Extents, old.Length, now.Length),
            "the grown area is not reported");
    }

    private static bool Covers(IReadOnlyList<ChangedExtent> extents, long start, long end) =>
        extents.Any(extent => extent.OffsetBytes <= start && extent.OffsetBytes + extent.LengthBytes >= end);

    private static void RequireWellFormed(IReadOnlyList<ChangedExtent> extents, long volumeBytes)
    {
        var position = -1L;
        foreach (var extent in extents)
        {
            Assert.True(extent.OffsetBytes > position && extent.LengthBytes > 0, $"{extent} is out of order");
            Assert.Equal(0, extent.OffsetBytes % BlockBytes);
            position = extent.OffsetBytes + extent.LengthBytes;
        }

        Assert.True(position <= volumeBytes, $"{position} is beyond the end of the volume, {volumeBytes}");
    }

    private static async Task ApplyAsync(DriverUnderTest test, DeviceReference volume, Change change)
    {
        var path = test.FileOf(volume);
        var size = (int)new FileInfo(path).Length;
        var offset = change.Offset % size;
        var length = Math.Min(change.Length, size - offset);
        switch (change.Kind)
        {
            case ChangeKind.Write:
                RawFile.Write(path, offset, RawFile.Pattern(change.Seed, length));
                break;
            case ChangeKind.WriteAligned:
                RawFile.Write(path, offset / BlockBytes * BlockBytes, RawFile.Pattern(change.Seed, BlockBytes));
                break;
            case ChangeKind.WriteZeros:
                RawFile.Write(path, offset, new byte[length]);
                break;
            case ChangeKind.WriteCompressible:
                RawFile.Write(path, offset, Enumerable.Repeat((byte)change.Seed, length).ToArray());
                break;
            case ChangeKind.Punch:
                RawFile.Punch(path, offset, length);
                break;
            case ChangeKind.Preallocate:
                RawFile.Preallocate(path, offset, length);
                break;
            case ChangeKind.Flush:
                RawFile.Flush(path);
                break;
            case ChangeKind.Resize:
                RawFile.SetLength(path, ((change.Offset / BlockBytes) + 1) * BlockBytes);
                break;
            default:
                var snapshot = DriverUnderTest.Of(volume, DeviceKind.Snapshot);
                await test.Driver.CreateSnapshotAsync(volume.Id, snapshot, Cancel);
                await test.Driver.DeleteAsync(snapshot, Cancel);
                break;
        }
    }

    private sealed record Change(ChangeKind Kind, int Offset, int Length, int Seed);
}
