using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Tests.CrashSafety.Disk;
using BackupEngine.Chunkstore.Tests.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.CrashSafety;

/// <summary>
/// The states after a loss of power show it when a flush is missing or comes too late: each that the order of a commit
/// asks for is left out once.
/// </summary>
public sealed class NegligenceTests
{
    [Theory]
    [InlineData(Negligence.NoContents, "/packs")]
    [InlineData(Negligence.NoContents, "/index")]
    [InlineData(Negligence.NoContents, "/manifests")]
    [InlineData(Negligence.ContentsAfterName, "/index")]
    [InlineData(Negligence.ContentsAfterName, "/manifests")]
    [InlineData(Negligence.NoNames, "")]
    [InlineData(Negligence.NoNames, "/packs")]
    [InlineData(Negligence.NoNames, "/index")]
    [InlineData(Negligence.NoNames, "/manifests")]
    [InlineData(Negligence.NamesAfterCommit, "/packs")]
    [InlineData(Negligence.NamesAfterCommit, "/index")]
    public async Task A_flush_that_is_missing_is_found(Negligence negligence, string directory)
    {
        var place = CrashRun.Root + directory;
        var exploration = await ExploreAsync(disk => new NegligentFileSystem(disk, negligence, place));
        await Assert.ThrowsAsync<CrashException>(() => exploration.RunAsync());
    }

    [Fact]
    public async Task Nothing_is_found_where_every_flush_is_made_at_its_time()
    {
        var exploration = await ExploreAsync(
            disk => new NegligentFileSystem(disk, Negligence.NoContents, CrashRun.Root + "/nowhere"));
        await exploration.RunAsync();
        Assert.True(exploration.Checked > 30, "so small a run proves nothing");
    }

    private static async Task<CrashExploration> ExploreAsync(Func<IFileSystem, IFileSystem> wrap)
    {
        var run = new CrashRun(wrap);
        using (var repository = run.Create())
        {
            await run.BackUpAsync(repository, "one", TestVolume.Mixed(CrashRun.ChunkSize, 8, seed: 1));
        }

        return new CrashExploration(run, seed: 1) { MaximumStates = 128 };
    }
}
