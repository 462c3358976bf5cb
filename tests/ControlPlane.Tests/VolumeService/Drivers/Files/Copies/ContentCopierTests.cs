using BackupEngine.ControlPlane.Tests.VolumeService.Support;
using BackupEngine.ControlPlane.VolumeService.Drivers;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files.Copies;
using CsCheck;

namespace BackupEngine.ControlPlane.Tests.VolumeService.Drivers.Files.Copies;

public sealed class ContentCopierTests : IDisposable
{
    private const int Bytes = 2 << 20;

    private readonly TestDirectory _directory = TestDirectory.InTemp();
    private readonly ContentCopier _copier = new(
        new CloneSupport("any", Reflinks: false, TellsChangedBlocks: false, "a test"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_copy_is_equal_and_keeps_its_holes() => Gen.Select(Gen.Int[0, 500], Gen.Int[1, 12]).Array[0, 6].Sample(
        pieces =>
        {
            using var directory = TestDirectory.InTemp();
            var (source, target) = (directory.File("source"), directory.File("target"));
            RawFile.Create(source, Bytes);
            foreach (var (block, blocks) in pieces)
                RawFile.Write(
                    source, block * 4096L, RawFile.Pattern(block, Math.Min(blocks * 4096, Bytes - (block * 4096))));
            _copier.Copy(source, target, Bytes + 4096, mode: null, Cancel);
            var (expected, copied) = (File.ReadAllBytes(source), File.ReadAllBytes(target));
            Assert.Equal(expected, copied[..Bytes]);
            Assert.Equal(-1, copied.AsSpan(Bytes).IndexOfAnyExcept((byte)0));
            Assert.Equal(MappedBytes(source, Bytes), MappedBytes(target, Bytes));
        },
        iter: 20,
        threads: 1);

    [Fact]
    public async Task A_copy_of_a_file_that_is_being_written_is_of_one_moment_or_refused()
    {
        var (source, target) = (_directory.File("source"), _directory.File("target"));
        RawFile.Create(source, Bytes);
        RawFile.Write(source, 0, RawFile.Pattern(1, Bytes));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var writer = Task.Run(() => CountUntil(source, stop.Token), Cancel);
        var started = TimeProvider.System.GetTimestamp();
        VolumeDriverException? refusal = null;
        while (refusal is null && TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60))
        {
            try
            {
                _copier.Copy(source, target, Bytes, mode: null, Cancel);
                RequireOneMoment(await File.ReadAllBytesAsync(target, Cancel));
                File.Delete(target);
            }
            catch (VolumeDriverException e)
            {
                refusal = e;
            }
        }

        await stop.CancelAsync();
        await writer;
        Assert.Contains("was written to", refusal?.Message, StringComparison.Ordinal);
        Assert.Equal([source], Directory.GetFiles(_directory.Path));
        _copier.Copy(source, target, Bytes, mode: null, Cancel);
        RequireOneMoment(await File.ReadAllBytesAsync(target, Cancel));
    }

    [Fact]
    public void A_cancelled_copy_leaves_nothing()
    {
        var (source, target) = (_directory.File("source"), _directory.File("target"));
        RawFile.Create(source, Bytes);
        RawFile.Write(source, 0, RawFile.Pattern(1, Bytes));
        Assert.ThrowsAny<OperationCanceledException>(
            () => _copier.Copy(source, target, Bytes, mode: null, new CancellationToken(canceled: true)));
        Assert.Equal([source], Directory.GetFiles(_directory.Path));
    }

    // Write number i puts i at the place that the numbers before it come to last: a copy of one moment has no gap in
    // its numbers.
    private static void CountUntil(string path, CancellationToken stop)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        for (var number = 1L; !stop.IsCancellationRequested; number++)
            RandomAccess.Write(handle, BitConverter.GetBytes(-number), PlaceOf(number));
    }

    private static int PlaceOf(long number) => (int)(number * 199 % (Bytes / 4096)) * 4096;

    private static void RequireOneMoment(byte[] copy)
    {
        var numbers = Enumerable.Range(0, Bytes / 4096).Select(block => -BitConverter.ToInt64(copy, block * 4096))
            .Where(number => number is > 0 and < 1L << 40).ToHashSet();
        var last = numbers.DefaultIfEmpty().Max();
        var expected = Enumerable.Range(0, Bytes / 4096).Select(back => last - back).Where(number => number > 0);
        Assert.Equal(expected.ToHashSet(), numbers);
    }

    private static long MappedBytes(string path, long lengthBytes) =>
        RawFile.Map(path, lengthBytes).Sum(extent => extent.LengthBytes);
}
