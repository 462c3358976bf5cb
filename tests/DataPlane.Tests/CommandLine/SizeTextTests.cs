using BackupEngine.DataPlane.CommandLine;

namespace BackupEngine.DataPlane.Tests.CommandLine;

public sealed class SizeTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("65536", 65536)]
    [InlineData("64KiB", 65536)]
    [InlineData("64kib", 65536)]
    [InlineData("1MiB", 1 << 20)]
    [InlineData("3GiB", 3L << 30)]
    [InlineData("2TiB", 2L << 40)]
    [InlineData("7B", 7)]
    public void Bytes_and_powers_of_1024_are_understood(string text, long bytes)
    {
        Assert.True(SizeText.TryParse(text, out var parsed));
        Assert.Equal(bytes, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("KiB")]
    [InlineData("-1")]
    [InlineData("1.5MiB")]
    [InlineData("1MB")]
    [InlineData("1 MiB")]
    [InlineData("10000000PiB")]
    [InlineData("99999999999999999999")]
    public void Anything_else_is_not(string text) => Assert.False(SizeText.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(65536, "64.0 KiB")]
    [InlineData(3L << 29, "1.5 GiB")]
    public void Sizes_are_written_for_people(long bytes, string text) => Assert.Equal(text, SizeText.Format(bytes));
}
