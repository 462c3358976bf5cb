using BackupEngine.Chunkstore.Hashing;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Hashing;

public sealed class ZeroScanTests
{
    [Fact]
    public void Zeros_of_any_length_at_any_address_are_zero()
    {
        var bytes = new byte[2000];
        for (var length = 0; length <= 1900; length++)
        {
            Assert.True(ZeroScan.IsZero(bytes.AsSpan(length % 32, length)));
        }
    }

    [Fact]
    public void One_bit_anywhere_is_found()
    {
        var bytes = new byte[1300];
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] = (byte)(1 << (bit % 8));
            Assert.False(ZeroScan.IsZero(bytes));
            bytes[bit / 8] = 0;
        }
    }

    [Fact]
    public void Bytes_outside_the_span_do_not_count()
    {
        var bytes = new byte[1026];
        bytes[0] = bytes[^1] = 1;
        Assert.True(ZeroScan.IsZero(bytes.AsSpan(1, 1024)));
        Assert.True(ZeroScan.IsZero([]));
    }
}
