using System.Runtime.InteropServices;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Tests.VolumeService.Support;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files.Copies;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files.ExtentMaps;
using BackupEngine.ControlPlane.VolumeService.Linux;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.ControlPlane.Tests.VolumeService.Drivers.Files.ExtentMaps;

/// <summary>
/// The pitfalls of comparing extent maps, each made to happen on a real file system: a comparison that leaves out one
/// rule misses a change (or sees one where there is none), ours does not. docs/changed-blocks.md names the tests by
/// their letters.
/// </summary>
public sealed partial class PitfallTests(FileSystems systems)
{
    private const int Bytes = 1 << 20;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void A_delayed_allocation_has_no_place_yet_so_it_counts_as_changed()
    {
        using var directory = systems.Xfs.NewDirectory();
        var (one, two) = (directory.File("one"), directory.File("two"));
        FileExtent[] mapOfOne, mapOfTwo;
        do
        {
            // Both are dirty in the page cache only; should the kernel write one back in between, the scene is set
            // again.
            foreach (var (file, seed) in new[] { (one, 1), (two, 2) })
            {
                RawFile.Create(file, Bytes);
                RawFile.Write(file, 0, RawFile.Pattern(seed, Bytes));
            }

            (mapOfOne, mapOfTwo) = (RawFile.Map(one, Bytes, sync: false), RawFile.Map(two, Bytes, sync: false));
        }
        while (mapOfOne.Concat(mapOfTwo).Any(extent => !extent.Flags.HasFlag(ExtentFlags.DelayedAllocation)));

        Assert.True(
            NaiveComparison.FindsNoChangeByPlace(mapOfOne, mapOfTwo), "the scene is not set: the places differ");
        Assert.Equal([(0, Bytes)], Differences(mapOfOne, mapOfTwo));
        Assert.Equal([(0, Bytes)], Differences(RawFile.Map(one, Bytes), RawFile.Map(two, Bytes)));
    }

    [Fact]
    public async Task B_the_map_of_a_live_file_is_old_so_clones_are_compared()
    {
        await using var test = await DriverUnderTest.StartAsync(systems.Xfs.NewDirectory());
        var volume = await FilledVolumeAsync(test, seed: 1);
        var (token, first) = await OverwrittenInMemoryAsync(test, volume);
        var second = Guid.NewGuid();
        var (clone, live) = (test.FileOf(volume, first), test.FileOf(volume));
        Assert.NotEqual(await File.ReadAllBytesAsync(clone, Cancel), await File.ReadAllBytesAsync(live, Cancel));
        await test.Driver.CreateBasePointAsync(volume, second, Cancel);
        Assert.Equal([(0, Bytes)], await ChangesAsync(test, volume, token, second));
    }

    [Fact]
    public async Task C_the_blocks_of_a_removed_base_are_used_again_so_it_is_kept_and_a_stored_map_never_trusted()
    {
        await using var test = await DriverUnderTest.StartAsync(systems.Xfs.NewDirectory());
        var volume = await FilledVolumeAsync(test, seed: 1);
        var third = Guid.NewGuid();
        var (token, second, secondToken) = await UsedAgainAsync(test, volume);

        var changed = await test.Driver.GetChangedBlocksAsync(volume.Id, token, second, Cancel);
        Assert.False(changed.Known);
        Assert.Contains("not kept any more", changed.Reason, StringComparison.Ordinal);

        RawFile.Write(test.FileOf(volume), 0, RawFile.Pattern(3, Bytes));
        await test.Driver.CreateBasePointAsync(volume, third, Cancel);
        Assert.Equal([(0, Bytes)], await ChangesAsync(test, volume, secondToken, third));
    }

    [Theory]
    [InlineData("xfs")]
    [InlineData("btrfs")]
    public void D_preallocated_blocks_keep_their_place_when_they_are_written_so_flags_count(string system)
    {
        using var directory = systems.Of(system).NewDirectory();
        var file = directory.File("preallocated");
        RawFile.Create(file, Bytes);
        RawFile.Preallocate(file, 0, Bytes);
        var before = RawFile.Map(file, Bytes);
        RawFile.Write(file, 0, RawFile.Pattern(1, Bytes));
        var after = RawFile.Map(file, Bytes);

        Assert.True(NaiveComparison.FindsNoChangeByPlace(before, after), "the scene is not set: the places differ");
        Assert.All(before, extent => Assert.True(extent.Flags.HasFlag(ExtentFlags.Unwritten)));
        Assert.Equal([(0, Bytes)], Differences(before, after));
    }

    [Fact]
    public void E_compressed_extents_are_reported_by_their_start_so_they_count_as_changed()
    {
        using var directory = systems.BtrfsZstd.NewDirectory();
        const int Half = 64 * 1024;
        var (source, one, two) = (directory.File("source"), directory.File("one"), directory.File("two"));
        RawFile.Create(source, 2 * Half);
        var contents = new byte[2 * Half];
        contents.AsSpan(0, Half).Fill((byte)'a');
        contents.AsSpan(Half).Fill((byte)'b');
        RawFile.Write(source, 0, contents);
        RawFile.Flush(source);
        CloneRange(source, 0, Half, one);
        CloneRange(source, Half, Half, two);
        var (mapOfOne, mapOfTwo) = (RawFile.Map(one, Half), RawFile.Map(two, Half));

        Assert.True(
            NaiveComparison.FindsNoChangeByPlace(mapOfOne, mapOfTwo), "the scene is not set: the places differ");
        Assert.NotEqual(File.ReadAllBytes(one), File.ReadAllBytes(two));
        Assert.All(mapOfOne, extent => Assert.True(extent.Flags.HasFlag(ExtentFlags.Encoded)));
        Assert.Equal([(0, Half)], Differences(mapOfOne, mapOfTwo));
    }

    [Theory]
    [InlineData("xfs")]
    [InlineData("btrfs")]
    public void F_sharing_comes_and_goes_with_other_clones_so_it_says_nothing(string system)
    {
        using var directory = systems.Of(system).NewDirectory();
        var (file, clone) = (directory.File("file"), directory.File("clone"));
        RawFile.Create(file, Bytes);
        RawFile.Write(file, 0, RawFile.Pattern(1, Bytes));
        var before = RawFile.Map(file, Bytes);
        CloneRange(file, 0, 0, clone);
        var after = RawFile.Map(file, Bytes);

        Assert.False(
            NaiveComparison.FindsNoChangeByPlaceAndEveryFlag(before, after), "the scene is not set: no flag changed");
        Assert.Empty(Differences(before, after));
        Assert.Empty(Differences(after, RawFile.Map(clone, Bytes)));
    }

    [Theory]
    [InlineData("/dev/shm")]
    [InlineData("/tmp")]
    public async Task Elsewhere_changed_blocks_are_unknown_and_the_reason_is_said(string folder)
    {
        var path = Directory.CreateDirectory(Path.Combine(folder, "backup-engine-" + Guid.NewGuid())).FullName;
        var support = CloneProbe.Try(path, allowReflinks: true);
        await using var test = await DriverUnderTest.StartAsync(new TestDirectory(path));
        Assert.SkipWhen(support.Reflinks, $"needs a file system without reflinks: {folder} is on {support.FileSystem}");
        var volume = await test.NewVolumeAsync();
        Assert.Equal("", await test.Driver.CreateBasePointAsync(volume, Guid.NewGuid(), Cancel));
        var changed = await test.Driver.GetChangedBlocksAsync(volume.Id, "", Guid.NewGuid(), Cancel);
        Assert.False(changed.Known);
        Assert.Contains("trial clone failed", changed.Reason, StringComparison.Ordinal);
        Assert.Empty(changed.Extents);
    }

    /// <summary>
    /// Overwrites a volume behind a base until its map does not show it: the kernel may write back in between.
    /// </summary>
    private static async Task<(string Token, Guid Base)> OverwrittenInMemoryAsync(
        DriverUnderTest test, DeviceReference volume)
    {
        const int mostTries = 200;
        for (var tries = 0; tries < mostTries; tries++)
        {
            var first = Guid.NewGuid();
            var token = await test.Driver.CreateBasePointAsync(volume, first, Cancel);
            var (clone, live) = (test.FileOf(volume, first), test.FileOf(volume));
            RawFile.Write(live, 0, RawFile.Pattern(100 + tries, Bytes));
            if (NaiveComparison.FindsNoChangeByPlace(RawFile.Map(clone, Bytes), RawFile.Map(live, Bytes, sync: false)))
            {
                return (token, first);
            }

            await test.Driver.DropBasePointAsync(volume.Id, first, Cancel);
        }

        throw new InvalidOperationException("the scene is not set: the overwritten blocks were written back already");
    }

    /// <summary>
    /// Removes a base and overwrites the volume until the new blocks are those of before: XFS gives blocks of a removed
    /// file back some time later, by itself.
    /// </summary>
    private static async Task<(string Token, Guid Second, string SecondToken)> UsedAgainAsync(
        DriverUnderTest test, DeviceReference volume)
    {
        const int mostTries = 200;
        for (var tries = 0; tries < mostTries; tries++)
        {
            var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
            var token = await test.Driver.CreateBasePointAsync(volume, first, Cancel);
            var storedMap = RawFile.Map(test.FileOf(volume, first), Bytes);
            await test.Driver.DropBasePointAsync(volume.Id, first, Cancel);
            await Task.Delay(tries * 5, Cancel);
            RawFile.Write(test.FileOf(volume), 0, RawFile.Pattern(100 + tries, Bytes));
            var secondToken = await test.Driver.CreateBasePointAsync(volume, second, Cancel);
            if (NaiveComparison.FindsNoChangeByPlace(storedMap, RawFile.Map(test.FileOf(volume, second), Bytes)))
            {
                return (token, second, secondToken);
            }

            await test.Driver.DropBasePointAsync(volume.Id, second, Cancel);
        }

        throw new InvalidOperationException("the scene is not set: the blocks were not used again");
    }

    private static async Task<DeviceReference> FilledVolumeAsync(DriverUnderTest test, int seed)
    {
        var volume = await test.NewVolumeAsync();
        RawFile.Write(test.FileOf(volume), 0, RawFile.Pattern(seed, Bytes));
        RawFile.Flush(test.FileOf(volume));
        return volume;
    }

    private static async Task<(long, long)[]> ChangesAsync(
        DriverUnderTest test, DeviceReference volume, string token, Guid backup)
    {
        var changed = await test.Driver.GetChangedBlocksAsync(volume.Id, token, backup, Cancel);
        Assert.True(changed.Known, changed.Reason);
        return [.. changed.Extents.Select(extent => (extent.OffsetBytes, extent.LengthBytes))];
    }

    private static (long, long)[] Differences(FileExtent[] before, FileExtent[] after)
    {
        var list = new ChangedExtentList(Bytes, 4096);
        ExtentMapComparison.AddDifferences(before, after, Bytes, list);
        return [.. list.ToExtents().Select(extent => (extent.OffsetBytes, extent.LengthBytes))];
    }

    private static void CloneRange(string source, long offset, long lengthBytes, string target)
    {
        using var from = LinuxFile.OpenForReading(source);
        using var to = LinuxFile.CreateNew(target);
        var range = new CloneRangeArgument
        {
            Source = from.DangerousGetHandle(),
            SourceOffset = offset,
            Length = lengthBytes,
        };
        LinuxFile.ThrowIfFailed(Ioctl(to, 0x4020940d, ref range), "FICLONERANGE");
        LinuxFile.Flush(to, target);
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(SafeFileHandle handle, nuint request, ref CloneRangeArgument range);

    // struct file_clone_range of linux/fs.h
    [StructLayout(LayoutKind.Sequential)]
    private struct CloneRangeArgument
    {
        public long Source;
        public long SourceOffset;
        public long Length;
        public long TargetOffset;
    }
}
