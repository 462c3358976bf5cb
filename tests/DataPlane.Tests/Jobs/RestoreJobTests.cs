using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Protocol;
using BackupEngine.DataPlane.Tests.Devices;
using Grpc.Core;
using DeviceAccess = BackupEngine.DataPlane.Protocol.DeviceAccess;

namespace BackupEngine.DataPlane.Tests.Jobs;

/// <summary>Restores by the job server: onto what holds something, of what is damaged, and after a kill.</summary>
public sealed class RestoreJobTests : IDisposable
{
    private const int Chunk = 64 * 1024;
    private const int Chunks = 40;
    private const int VolumeBytes = Chunks * Chunk;

    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _content = new byte[VolumeBytes];

    public RestoreJobTests()
    {
        new Random(5).NextBytes(_content);
        _content.AsSpan(30 * Chunk, 5 * Chunk).Clear();
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Repository => _folder.File("repository");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_an_older_version_only_what_differs_is_written(bool encrypted)
    {
        await using var server = await StartWithBackupAsync(encrypted);
        var older = _content.ToArray();
        older.AsSpan(3 * Chunk, 2 * Chunk).Fill(1);
        older.AsSpan(31 * Chunk, Chunk).Fill(2);
        var target = await AttachTargetAsync(server, older);
        var request = Requests.Restore("r", Repository, "b", "target");
        request.Restore.OnlyDifferences = true;
        var job = await server.RunJobAsync(request);
        Assert.Equal((JobState.Succeeded, ""), (job.State, job.Error));
        Assert.Equal((VolumeBytes, VolumeBytes - (3 * Chunk)), (job.Restore.BytesRead, job.Restore.BytesSame));
        Assert.Equal((2 * Chunk, Chunk), (job.Restore.BytesWritten, job.Restore.ZeroBytes));
        await AssertHoldsAsync(server, target, _content);
    }

    /// <summary>Through packs in their order, with many workers, whatever is in the target.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_encrypted_backup_is_restored_whole(bool onlyDifferences)
    {
        await using var server = await StartWithBackupAsync(encrypted: true);
        var other = new byte[VolumeBytes];
        other.AsSpan().Fill(0xEE);
        var target = await AttachTargetAsync(server, other);
        var request = Requests.Restore("r", Repository, "b", "target");
        (request.Restore.OnlyDifferences, request.Restore.Tuning.Lanes) = (onlyDifferences, 4);
        var job = await server.RunJobAsync(request);
        Assert.Equal((JobState.Succeeded, ""), (job.State, job.Error));
        using (var locked = Chunkstore.Repositories.Repository.OpenWithoutKey(Repository))
        {
            Assert.True(locked.IsLocked);
        }

        await AssertHoldsAsync(server, target, _content);
    }

    [Fact]
    public async Task A_damaged_backup_is_restored_as_far_as_it_goes_and_the_job_fails_with_its_result()
    {
        await using var server = await StartWithBackupAsync(encrypted: false);
        DamageOneChunk();
        var target = await AttachTargetAsync(server, new byte[VolumeBytes]);
        var stopped = await server.RunJobAsync(Requests.Restore("r1", Repository, "b", "target"));
        Assert.Equal((JobState.Failed, 5, null), (stopped.State, stopped.ExitCode, stopped.Restore));
        var request = Requests.Restore("r2", Repository, "b", "target");
        request.Restore.KeepGoing = true;
        var job = await server.RunJobAsync(request);
        Assert.Equal((JobState.Failed, 5), (job.State, job.ExitCode));
        Assert.Contains("INCOMPLETE", job.Error, StringComparison.Ordinal);
        Assert.Equal(Chunk, job.Restore.HarmedBytes);
        var harmed = Assert.Single(job.Restore.Harmed);
        var expected = _content.ToArray();
        var held = await ReadSharedAsync(target);
        var range = new Range((int)harmed.OffsetBytes, (int)(harmed.OffsetBytes + harmed.LengthBytes));
        held.AsSpan(range).CopyTo(expected.AsSpan(range));
        await AssertHoldsAsync(server, target, expected);
    }

    /// <summary>
    /// At a byte a second one chunk is written and no more. The server is killed when the target holds it; the next one
    /// finds the target under another path.
    /// </summary>
    [Fact]
    public async Task A_restore_whose_server_was_killed_goes_on_from_its_resume_file()
    {
        var file = _folder.File("resume.json");
        await using var first = await StartWithBackupAsync(encrypted: false);
        var target = await AttachTargetAsync(first, new byte[VolumeBytes]);
        await first.StartJobAsync(Resumable("r1", file, rate: 1));
        while (WholeChunks(await ReadSharedAsync(target)) == 0)
        {
            await Task.Delay(10, Cancelled);
        }

        await first.KillAsync();
        Assert.True(File.Exists(file));
        var moved = _folder.File("moved");
        File.Move(target, moved);
        await using var next = await JobServerProcess.StartAsync(_folder.File("next.sock"));
        await next.AttachAsync("target", moved, DeviceAccess.ReadWrite);
        var job = await next.RunJobAsync(Resumable("r2", file, rate: 0));
        Assert.Equal((JobState.Succeeded, ""), (job.State, job.Error));
        Assert.Equal(Chunk, job.Restore.BytesSame - ZerosAmong(job.Restore));
        Assert.Equal(
            VolumeBytes, job.Restore.BytesSame + job.Restore.BytesWritten + job.Restore.ZeroBytes);
        Assert.False(File.Exists(file));
        await AssertHoldsAsync(next, moved, _content);
    }

    [Fact]
    public async Task A_resume_file_of_another_restore_or_of_a_path_that_is_not_whole_is_refused()
    {
        await using var server = await StartWithBackupAsync(encrypted: false);
        var target = await AttachTargetAsync(server, new byte[VolumeBytes]);
        await Refused.WithAsync(
            StatusCode.InvalidArgument, "absolute", () => server.StartJobAsync(Resumable("r1", "resume", rate: 0)));
        var file = _folder.File("resume.json");
        await File.WriteAllTextAsync(file, "notes", Cancelled);
        var job = await server.RunJobAsync(Resumable("r2", file, rate: 0));
        Assert.Equal((JobState.Failed, 2), (job.State, job.ExitCode));
        await AssertHoldsAsync(server, target, new byte[VolumeBytes]);
    }

    /// <summary>What was zeros is found right as well, where the first run had planned it.</summary>
    private static long ZerosAmong(RestoreResult result) => (5 * Chunk) - result.ZeroBytes;

    private StartJobRequest Resumable(string job, string file, long rate)
    {
        var request = Requests.Restore(job, Repository, "b", "target", rate);
        (request.Restore.ResumeFile, request.Restore.ResumeTarget) = (file, "volume-1");
        return request;
    }

    private async Task<JobServerProcess> StartWithBackupAsync(bool encrypted)
    {
        var key = _folder.File("passphrase");
        await File.WriteAllTextAsync(key, "correct horse", Cancelled);
        var server = await JobServerProcess.StartAsync(
            _folder.File("dp.sock"), encrypted ? ["--passphrase-file", key] : []);
        await server.AttachAsync("source", _folder.CreateFile("source", VolumeBytes, _content));
        var made = await server.RunJobAsync(Requests.Backup("b", Repository, "b", "source"));
        Assert.Equal((JobState.Succeeded, ""), (made.State, made.Error));
        return server;
    }

    private async Task<string> AttachTargetAsync(JobServerProcess server, byte[] content)
    {
        var target = _folder.CreateFile("target", VolumeBytes, content);
        await server.AttachAsync("target", target, DeviceAccess.ReadWrite);
        return target;
    }

    private void DamageOneChunk()
    {
        var pack = Directory.GetFiles(Repository + "/packs", "*", SearchOption.AllDirectories)
            .Single(path => new FileInfo(path).Length > 1 << 20);
        File.SetUnixFileMode(pack, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var bytes = File.ReadAllBytes(pack);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(pack, bytes);
    }

    private int WholeChunks(byte[] held) => Enumerable.Range(0, Chunks).Count(chunk =>
        held.AsSpan(chunk * Chunk, Chunk).ContainsAnyExcept((byte)0)
        && held.AsSpan(chunk * Chunk, Chunk).SequenceEqual(_content.AsSpan(chunk * Chunk, Chunk)));

    private static async Task<byte[]> ReadSharedAsync(string path)
    {
        // Without the lock that File.ReadAllBytes takes: the server has the file open for writing.
        using var device = BlockDevice.Open(path, BackupEngine.DataPlane.Devices.DeviceAccess.Read, direct: false);
        return await AlignedBytes.ReadAllAsync(device);
    }

    private static async Task AssertHoldsAsync(JobServerProcess server, string target, byte[] expected)
    {
        await server.DetachAsync("target");
        var held = await File.ReadAllBytesAsync(target, Cancelled);
        Assert.True(held.AsSpan().SequenceEqual(expected), "the target holds something else");
    }
}
