using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.CommandLine;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.CommandLine;

public sealed class ChangedBlocksFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_list_is_read() => Assert.Equal(
        [new Extent(0, 65536), new Extent(1L << 40, 1)],
        await ReadAsync("""[{"offset":0,"length":65536}, {"length":1,"offset":1099511627776}]"""));

    [Fact]
    public async Task An_empty_list_says_that_nothing_changed() => Assert.Empty(await ReadAsync("[]"));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[null]")]
    [InlineData("[{}]")]
    [InlineData("""[{"offset":0}]""")]
    [InlineData("""[{"offset":0,"length":1.5}]""")]
    [InlineData("""[{"offset":"0","length":1}]""")]
    [InlineData("""[{"offset":0,"length":1,"zero":true}]""")]
    [InlineData("""[{"offset":0,"length":1,"length":2}]""")]
    [InlineData("""[{"offset":0,"length":99999999999999999999}]""")]
    [InlineData("""[{"offset":0,"length":1}] []""")]
    public async Task Anything_else_is_refused(string json)
    {
        var error = await Assert.ThrowsAsync<UsageException>(() => ReadAsync(json));
        Assert.Contains("not a list of changed blocks", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_is_a_mistake_of_the_user() =>
        await Assert.ThrowsAsync<UsageException>(() => ChangedBlocksFile.ReadAsync(_folder.File("none"), Cancel));

    private async Task<IReadOnlyList<Extent>> ReadAsync(string json)
    {
        var path = _folder.File("blocks.json");
        await File.WriteAllTextAsync(path, json, Cancel);
        return await ChangedBlocksFile.ReadAsync(path, Cancel);
    }
}
