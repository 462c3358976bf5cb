using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Devices;
using CsCheck;

namespace BackupEngine.DataPlane.Tests.Devices;

public sealed class MemoryDevicesTests
{
    private static readonly VolumePattern Pattern = VolumePattern.Mixed(seed: 42);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public void A_pattern_is_the_same_in_whatever_pieces_it_is_read()
    {
        var whole = new byte[4 << 20];
        Pattern.Fill(0, whole);
        Gen.Select(Gen.Int[0, whole.Length], Gen.Int[0, 5000]).Sample((offset, length) =>
        {
            var piece = new byte[Math.Min(length, whole.Length - offset)];
            Pattern.Fill(offset, piece);
            return piece.AsSpan().SequenceEqual(whole.AsSpan(offset, piece.Length));
        });
    }

    [Fact]
    public void A_mixed_pattern_holds_zeros_in_about_the_share_asked_for()
    {
        var buffer = new byte[1 << 20];
        var zero = 0;
        for (var region = 0; region < 300; region++)
        {
            Pattern.Fill((long)region << 20, buffer.AsSpan(0, 64));
            zero += buffer.AsSpan(0, 64).ContainsAnyExcept((byte)0) ? 0 : 1;
        }

        Assert.InRange(zero, 60, 120);
    }

    [Fact]
    public void Other_seeds_give_other_content()
    {
        var (one, other) = (new byte[4096], new byte[4096]);
        new VolumePattern(1, 0, 0).Fill(0, one);
        new VolumePattern(2, 0, 0).Fill(0, other);
        Assert.NotEqual(one, other);
    }

    [Fact]
    public async Task A_sparse_device_of_any_size_keeps_what_was_written_and_generates_the_rest()
    {
        const long LengthBytes = 20L << 30;
        using var device = new SparseMemoryDevice(LengthBytes, Pattern);
        var at = LengthBytes - 200_000;
        var expected = new byte[200_000];
        Pattern.Fill(at, expected);
        new Random(1).NextBytes(expected.AsSpan(1_000, 100_000));
        await device.WriteAsync(at + 1_000, expected.AsMemory(1_000, 100_000), Cancelled);
        expected.AsSpan(50_000, 90_000).Clear();
        await device.ZeroAsync(new Extent(at + 50_000, 90_000), Cancelled);

        var read = new byte[200_000];
        await device.ReadAsync(at, read, Cancelled);
        Assert.Equal(expected, read);
    }

    [Fact]
    public async Task A_null_device_reads_its_pattern_whatever_was_written()
    {
        using var device = new NullDevice(10L << 30, Pattern);
        var (expected, read) = (new byte[70_000], new byte[70_000]);
        Pattern.Fill(5L << 30, expected);
        await device.WriteAsync(5L << 30, new byte[70_000], Cancelled);
        await device.ReadAsync(5L << 30, read, Cancelled);
        Assert.Equal(expected, read);
    }

    [Fact]
    public async Task A_memory_device_writes_and_zeroes_its_array()
    {
        var content = new byte[1000];
        using var device = new MemoryDevice(content);
        await device.WriteAsync(100, Enumerable.Repeat((byte)5, 300).ToArray(), Cancelled);
        await device.ZeroAsync(new Extent(200, 100), Cancelled);
        Assert.Equal(200, content.Count(value => value == 5));
        Assert.Equal((5, 0, 5), (content[199], content[250], content[300]));
        await Assert.ThrowsAsync<ArgumentException>(async () => await device.ReadAsync(999, new byte[2], Cancelled));
    }
}
