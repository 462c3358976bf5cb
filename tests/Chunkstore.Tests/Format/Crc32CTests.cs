using BackupEngine.Chunkstore.Format;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Format;

public sealed class Crc32CTests
{
    // RFC 3720, appendix B.4, and the customary check value of the catalogue of CRC algorithms.
    [Fact]
    public void Published_vectors()
    {
        Assert.Equal(0xE3069283u, Crc32C.Compute("123456789"u8));
        Assert.Equal(0x8A9136AAu, Crc32C.Compute(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Compute(Enumerable.Repeat((byte)0xFF, 32).ToArray()));
        Assert.Equal(0x46DD794Eu, Crc32C.Compute(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray()));
        Assert.Equal(0u, Crc32C.Compute([]));
    }

    [Fact]
    public void Appending_at_any_cut_equals_one_pass()
    {
        var bytes = Enumerable.Range(0, 61).Select(i => (byte)(i * 7)).ToArray();
        var whole = Crc32C.Compute(bytes);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.Equal(whole, Crc32C.Append(Crc32C.Compute(bytes.AsSpan(0, cut)), bytes.AsSpan(cut)));
        }
    }

    [Fact]
    public void Every_length_and_address_equals_the_definition_bit_by_bit()
    {
        var bytes = new byte[7000];
        new Random(32).NextBytes(bytes);
        foreach (var length in (int[])[1, 7, 8, 9, 1023, 1024, 3071, 3072, 3073, 3080, 4095, 6143, 6144, 6145, 6990])
        {
            for (var offset = 0; offset < 8; offset++)
            {
                var part = bytes.AsSpan(offset, length);
                Assert.Equal(BitByBit(part), Crc32C.Compute(part));
            }
        }
    }

    [Fact]
    public void Any_flipped_bit_changes_the_checksum()
    {
        var bytes = new byte[3500];
        new Random(33).NextBytes(bytes);
        var whole = Crc32C.Compute(bytes);
        for (var bit = 0; bit < bytes.Length * 8; bit += 13)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(whole, Crc32C.Compute(bytes));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    private static uint BitByBit(ReadOnlySpan<byte> bytes)
    {
        const uint ReflectedPolynomial = 0x82F63B78;
        var register = uint.MaxValue;
        foreach (var value in bytes)
        {
            register ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                register = (register >> 1) ^ ((register & 1) == 1 ? ReflectedPolynomial : 0);
            }
        }

        return ~register;
    }
}
