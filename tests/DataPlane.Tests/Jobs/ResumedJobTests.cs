using System.Text;
using System.Text.Json.Nodes;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.DataPlane.Protocol;
using BackupEngine.DataPlane.Tests.CommandLine;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.Jobs;

/// <summary>A data plane killed in the middle of a backup; the next one goes on from its last checkpoint.</summary>
public sealed class ResumedJobTests : JobTestBase
{
    private const int SourceBytes = 64 << 20;
    private const long Rate = 8 << 20;

    /// <summary>What a chunk that cannot be compressed takes besides itself, at most.</summary>
    private const int RecordHeaderBytes = 64;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_was_killed_is_gone_on_from(bool onAnotherHost)
    {
        var content = new byte[SourceBytes];
        new Random(8).NextBytes(content);
        var source = Folder.CreateFile("source", SourceBytes, content);
        await Server.AttachAsync("a", source);
        await Server.StartJobAsync(Request("j1", Rate));
        var folder = Path.Combine(Repository, "checkpoints");
        while (!Directory.Exists(folder) || Directory.GetFiles(folder).Length == 0)
        {
            await Task.Delay(20, Cancelled);
        }

        await Server.KillAsync();
        if (onAnotherHost)
        {
            PretendAnotherHost();
        }

        await using var next = await JobServerProcess.StartAsync(Folder.File("next.sock"));
        await next.AttachAsync("a", source);
        var job = await next.RunJobAsync(Request("j2", rate: 0));

        Assert.True(job.State == JobState.Succeeded, job.Error);
        Assert.InRange(job.Backup.ResumedBytes, 16 << 20, SourceBytes - 1);
        Assert.Equal(SourceBytes, job.Backup.BytesRead - job.Backup.ResumeCheckBytes + job.Backup.ResumedBytes);
        Assert.InRange(job.Backup.ResumeCheckBytes, 1, job.Backup.ResumedBytes / 256);
        Assert.InRange(job.Backup.BytesNew, 1, SourceBytes - job.Backup.ResumedBytes);
        Assert.InRange(
            job.Backup.BytesStored,
            job.Backup.BytesNew,
            job.Backup.BytesNew + (RecordHeaderBytes * job.Backup.ChunksNew));
        Assert.Empty(job.Backup.Warnings);
        var target = Folder.File("target");
        CommandLineFixture.Json("restore", "--repository", Repository, "--backup", "killed", "--target", target);
        var restored = await File.ReadAllBytesAsync(target, Cancelled);
        Assert.True(restored.AsSpan().SequenceEqual(content));
        Assert.Empty(Directory.GetFiles(folder));
    }

    /// <summary>
    /// The session of the killed process as another machine would have left it: nobody can tell it dead.
    /// </summary>
    private void PretendAnotherHost()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Repository, "sessions")))
        {
            var lines = File.ReadAllText(file);
            var record = JsonNode.Parse(lines[..lines.LastIndexOf('\n')])!;
            record["process"]!["machine_id"] = "another";
            record["process"]!["host"] = "another";
            var text = record.ToJsonString();
            var digest = new byte[Blake3.DigestBytes];
            Blake3.Hash(Encoding.UTF8.GetBytes(text), digest);
            File.WriteAllText(file, $"{text}\n{Convert.ToHexStringLower(digest)}");
        }
    }

    private StartJobRequest Request(string job, long rate)
    {
        var request = Requests.Backup(job, Repository, "killed", "a", rate: rate);
        request.Backup.SourceIdentity = "snapshot-1";
        request.Backup.Tuning.CheckpointIntervalBytes = 1 << 20;
        return request;
    }
}
