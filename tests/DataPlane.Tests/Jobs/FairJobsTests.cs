using BackupEngine.DataPlane.Protocol;
using BackupEngine.DataPlane.Tests.CommandLine;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.Jobs;

/// <summary>Real jobs beside each other, by the turns that they were given: no clock says what is fair.</summary>
public sealed class FairJobsTests : IDisposable
{
    private const int LeafBytes = 256 * 4096;
    private const int ManyLeaves = 48;
    private const int FewLeaves = 6;

    private readonly TemporaryFolder _folder = new(TemporaryFolder.MemoryFileSystem);

    private string Repository => _folder.File("repository");

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// The limit on all of them holds them back until all have begun. A job of one lane holds nothing while it waits,
    /// so the next core is its own, unless that was another's longer ago.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_job_of_one_lane_waits_for_no_more_than_one_turn_of_each_other_job(int others)
    {
        CommandLineFixture.Json("init", "--repository", Repository, "--chunk-size", "4KiB");
        await using var server = await JobServerProcess.StartAsync(
            _folder.File("dp.sock"), "--rate-limit", "1", "--memory-budget", "1GiB");
        for (var i = 0; i < others; i++)
        {
            await StartAsync(server, $"large-{i}", ManyLeaves, lanes: 64);
        }

        await StartAsync(server, "small", FewLeaves, lanes: 1);
        await server.SetRateLimitAsync("", 0);
        var small = (await server.WatchAsync("small"))[^1];
        Assert.Equal((JobState.Succeeded, ""), (small.State, small.Error));
        Assert.InRange(small.Progress.WorkerTurns, FewLeaves, long.MaxValue);
        Assert.InRange(small.Progress.MostTurnsPassedOver, 0, others - 1);
        Assert.Equal(FewLeaves * LeafBytes, small.Progress.LimitedBytes);
        for (var i = 0; i < others; i++)
        {
            var large = (await server.WatchAsync($"large-{i}"))[^1];
            Assert.Equal((JobState.Succeeded, ""), (large.State, large.Error));
            Assert.InRange(large.Progress.WorkerTurns, ManyLeaves, long.MaxValue);
            Assert.Equal(ManyLeaves * LeafBytes, large.Progress.LimitedBytes);
        }
    }

    private async Task StartAsync(JobServerProcess server, string name, int leaves, int lanes)
    {
        var content = new byte[leaves * LeafBytes];
        new Random(leaves + name[^1]).NextBytes(content);
        await server.AttachAsync(name, _folder.CreateFile("source-" + name, content.Length, content));
        var request = Requests.Backup(name, Repository, name, name);
        (request.Backup.Tuning.Lanes, request.Backup.Tuning.QueueDepth) = (lanes, 2);
        await server.StartJobAsync(request);
        await server.UntilAsync(name, job => job.Progress.MemoryBytes > 0);
    }
}
