using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Nbd.Client;
using BackupEngine.DataPlane.Protocol;
using BackupEngine.DataPlane.Tests.Devices;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using DeviceAccess = BackupEngine.DataPlane.Devices.DeviceAccess;
using Job = BackupEngine.DataPlane.Protocol.Job;

namespace BackupEngine.DataPlane.Tests.Jobs;

/// <summary>Serving a backup as a job: it runs until it is cancelled, which is its good end.</summary>
public sealed class NbdServeJobTests : JobTestBase
{
    private string Socket => Folder.File("nbd.sock");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_backup_is_served_until_the_job_is_cancelled(bool isUnix)
    {
        var content = await File.ReadAllBytesAsync(await BackUpAsync("b"), Cancelled);
        await Server.StartJobAsync(Serve("s", isUnix ? Socket : "", isUnix ? "" : "127.0.0.1:0"));
        var serving = await ServingAsync("s");
        Assert.Equal(("b", (long)VolumeBytes, false), (
            serving.NbdServe.BackupId, serving.NbdServe.VolumeBytes, serving.NbdServe.Writable));
        Assert.StartsWith(isUnix ? "nbd+unix:" : "nbd://127.0.0.1:", serving.NbdServe.Uri, StringComparison.Ordinal);
        Assert.Equal(content, await ReadAsync(serving.NbdServe.Uri));
        var again = await Server.StartJobAsync(Serve("s", Socket));
        Assert.Equal(serving.NbdServe.Uri, again.NbdServe.Uri);

        await Server.CancelJobAsync("s");
        var ended = (await Server.WatchAsync("s"))[^1];
        Assert.Equal((JobState.Succeeded, "", 0), (ended.State, ended.Error, ended.ExitCode));
        Assert.Equal(0, ended.NbdServe.FailedReads);
        Assert.Equal(VolumeBytes, ended.NbdServe.BytesRead + ended.NbdServe.HoleBytes);
        Assert.False(File.Exists(Socket));
    }

    [Fact]
    public async Task It_keeps_the_backup_and_others_may_work_meanwhile()
    {
        var content = await File.ReadAllBytesAsync(await BackUpAsync("b"), Cancelled);
        var request = Serve("s", Socket);
        request.NbdServe.WritableOverlay = Folder.File("overlay");
        await Server.StartJobAsync(request);
        var uri = (await ServingAsync("s")).NbdServe.Uri;
        await Refused.WithAsync(
            StatusCode.FailedPrecondition, "job 's' (serving) works on it",
            () => Server.StartJobAsync(Requests.Delete("d", Repository, "b")));

        // Another process deletes and collects.
        await using (var other = await JobServerProcess.StartAsync(Folder.File("other.sock")))
        {
            await other.RunJobAsync(Requests.Delete("d", Repository, "b"));
            Assert.Equal(JobState.Succeeded, (await other.RunJobAsync(Requests.Gc("g", Repository))).State);
        }

        await WriteAsync(uri, content);
        Assert.Equal(content, await ReadAsync(uri));
        await Server.CancelJobAsync("s");
        Assert.Equal(4096, (await Server.WatchAsync("s"))[^1].NbdServe.BytesWritten);
    }

    [Fact]
    public async Task What_it_holds_counts_in_the_memory_budget()
    {
        await BackUpAsync("b");
        await using var small = await JobServerProcess.StartAsync(
            Folder.File("small.sock"), "--memory-budget", "48MiB");
        await small.StartJobAsync(Serve("s", Socket));
        var serving = await ServingAsync("s", small);
        Assert.Contains("Within the memory budget", Assert.Single(serving.NbdServe.Warnings), StringComparison.Ordinal);
        var info = await small.Client.GetInfoAsync(new GetInfoRequest(), cancellationToken: Cancelled);
        var held = serving.NbdServe.CacheBytes + serving.NbdServe.BufferBytes;
        Assert.InRange(held, 1, info.MemoryGrantedBytes);
        Assert.InRange(info.MemoryGrantedBytes, held, 48 << 20);
        Assert.Equal(VolumeBytes, (await ReadAsync(serving.NbdServe.Uri)).Length);
        await small.CancelJobAsync("s");
        Assert.Equal(JobState.Succeeded, (await small.WatchAsync("s"))[^1].State);
        info = await small.Client.GetInfoAsync(new GetInfoRequest(), cancellationToken: Cancelled);
        Assert.Equal(0, info.MemoryGrantedBytes);
    }

    [Fact]
    public async Task What_cannot_be_served_is_refused_at_once_or_fails_the_job()
    {
        await BackUpAsync("b");
        foreach (var (change, reason) in new (Action<NbdServeJob>, string)[]
        {
            (job => job.SocketPath = "", "Exactly one of"),
            (job => job.Listen = "127.0.0.1:0", "Exactly one of"),
            (job => job.SocketPath = "relative.sock", "absolute"),
            (job => (job.SocketPath, job.Listen) = ("", "0.0.0.0:0"), "loopback"),
            (job => job.WritableOverlay = "relative", "absolute"),
            (job => job.CacheBytes = -1, "cache_bytes"),
            (job => job.MaxConnections = 1025, "max_connections"),
            (job => job.TlsKey = "/key", "tls_certificate"),
        })
        {
            var request = Serve("s", Socket);
            change(request.NbdServe);
            await Refused.WithAsync(StatusCode.InvalidArgument, reason, () => Server.StartJobAsync(request));
        }

        var missing = Serve("m", Socket);
        missing.NbdServe.BackupId = "none";
        Assert.Equal(JobState.Failed, (await Server.RunJobAsync(missing)).State);
        var noDirectory = await Server.RunJobAsync(Serve("n", Folder.File("no/nbd.sock")));
        Assert.Equal((JobState.Failed, 2), (noDirectory.State, noDirectory.ExitCode));
    }

    private StartJobRequest Serve(string jobId, string socket, string listen = "") => new()
    {
        JobId = jobId,
        NbdServe = new NbdServeJob
        {
            Repository = Repository,
            BackupId = "b",
            SocketPath = socket,
            Listen = listen,
        },
    };

    private async Task<string> BackUpAsync(string id)
    {
        var file = await AttachFileAsync(id);
        var job = await Server.RunJobAsync(Requests.Backup("backup-" + id, Repository, id, id));
        Assert.True(job.State == JobState.Succeeded, job.Error);
        return file;
    }

    private async Task<Job> ServingAsync(string jobId, JobServerProcess? server = null)
    {
        using var call = (server ?? Server).Client.WatchJob(
            new WatchJobRequest { JobId = jobId }, cancellationToken: Cancelled);
        while (await call.ResponseStream.MoveNext(Cancelled))
        {
            if (call.ResponseStream.Current is { Progress.Phase: "serving" } serving)
            {
                return serving;
            }
        }

        throw new InvalidOperationException("The job ended before it served.");
    }

    private static NbdDevice Open(string uri, DeviceAccess access) =>
        NbdDevice.Open(new NbdClientOptions { Uri = NbdUri.Parse(uri) }, access, NullLogger.Instance);

    private static async Task<byte[]> ReadAsync(string uri)
    {
        using var device = Open(uri, DeviceAccess.Read);
        var read = new byte[device.LengthBytes];
        await device.ReadAsync(0, read, Cancelled);
        return read;
    }

    private static async Task WriteAsync(string uri, byte[] content)
    {
        using var device = Open(uri, DeviceAccess.ReadWrite);
        content.AsSpan(8192, 4096).Fill(7);
        await device.WriteAsync(8192, content.AsMemory(8192, 4096), Cancelled);
        await device.FlushAsync(Cancelled);
    }
}
