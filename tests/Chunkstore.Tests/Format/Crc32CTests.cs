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
}
