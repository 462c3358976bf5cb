using System.Globalization;
using BackupEngine.DataPlane.Protocol;
using BackupEngine.DataPlane.Tests.CommandLine;
using BackupEngine.DataPlane.Tests.Devices;
using BackupEngine.DataPlane.Tests.Jobs;

namespace BackupEngine.DataPlane.Tests.Memory;

/// <summary>
/// The formulas of docs/data-path.md against the kernel's count of a real process: its peak resident memory (VmHWM of
/// proc(5)), with many small chunks, so that tables weigh more than buffers.
/// </summary>
public sealed class ProcessPeakTests : IDisposable
{
    private const int ChunkBytes = 4096;
    private const int VolumeBytes = 96 << 20;

    /// <summary>What a job makes the runtime take: code as it is compiled, garbage not collected yet.</summary>
    private const long RuntimeBytes = 32 << 20;

    private readonly TemporaryFolder _folder = new(TemporaryFolder.MemoryFileSystem);

    private string Repository => _folder.File("repository");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task No_kind_of_job_takes_more_than_it_was_granted()
    {
        CommandLineFixture.Json("init", "--repository", Repository, "--chunk-size", "4KiB");
        CreateSource();
        _folder.CreateFile("target", VolumeBytes);
        await AssertBoundedAsync(Requests.Backup("backup", Repository, "b", "source"));
        await AssertBoundedAsync(Requests.Restore("restore", Repository, "b", "target"));
        await AssertBoundedAsync(Requests.Verify("verify", Repository, VerifyLevel.Data));
        await AssertBoundedAsync(Requests.Gc("gc", Repository));
    }

    /// <summary>A process of its own for each, so that what one has left behind hides nothing of the next.</summary>
    private async Task AssertBoundedAsync(StartJobRequest request)
    {
        await using var server = await JobServerProcess.StartAsync(
            _folder.File(request.JobId), "--memory-budget", "96MiB");
        await server.AttachAsync("source", _folder.File("source"));
        await server.AttachAsync("target", _folder.File("target"), DeviceAccess.ReadWrite);
        var idle = PeakBytes(server.ProcessId);
        var job = await server.RunJobAsync(request);
        Assert.Equal((JobState.Succeeded, ""), (job.State, job.Error));
        Assert.InRange(job.Progress.MemoryBytes, 1, 96 << 20);
        Assert.InRange(PeakBytes(server.ProcessId) - idle, 0, job.Progress.MemoryBytes + RuntimeBytes);
    }

    /// <summary>Every chunk is another one, and next to nothing when it is compressed.</summary>
    private void CreateSource()
    {
        var content = new byte[VolumeBytes];
        for (var at = 0; at < VolumeBytes; at += ChunkBytes)
        {
            BitConverter.TryWriteBytes(content.AsSpan(at), at + 1);
        }

        _folder.CreateFile("source", VolumeBytes, content);
    }

    private static long PeakBytes(int processId)
    {
        var line = File.ReadLines($"/proc/{processId}/status").Single(
            text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
        var kilobytes = line["VmHWM:".Length..^"kB".Length].Trim();
        return long.Parse(kilobytes, CultureInfo.InvariantCulture) * 1024;
    }
}
