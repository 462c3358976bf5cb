using BackupEngine.DataPlane.Jobs;
using BackupEngine.DataPlane.Protocol;
using BackupEngine.DataPlane.Tests.Backup;
using BackupEngine.DataPlane.Tests.Devices;
using BackupEngine.DataPlane.Transfers;
using Grpc.Core;
using Job = BackupEngine.DataPlane.Protocol.Job;

namespace BackupEngine.DataPlane.Tests.Jobs;

/// <summary>Jobs on a repository as a whole: collection and verification.</summary>
public sealed class RepositoryJobTests : JobTestBase
{
    [Fact]
    public async Task A_collection_tells_its_phase_waits_for_who_does_not_answer_and_can_be_cancelled()
    {
        await using var other = await JobServerProcess.StartAsync(Folder.File("other.sock"));
        await LeaveSomethingToCollectAsync();
        await other.AttachAsync("a", Folder.CreateFile("slow", VolumeBytes, Content(seed: 9)));
        await other.StartJobAsync(Requests.Backup("slow", Repository, "slow", "a", rate: Requests.Slow));
        await other.WaitForProgressAsync("slow");
        Shell.Run("kill", "-STOP", other.ProcessId.ToString());
        try
        {
            await Server.StartJobAsync(Requests.Gc("g1", Repository));
            var waiting = await WaitForPhaseAsync("g1", "waiting");
            Assert.Equal((JobState.Running, 0L, 1L), (waiting.State, waiting.Progress.Done, waiting.Progress.Total));

            // Another verification may run meanwhile, another collection not.
            var verified = await Server.RunJobAsync(Requests.Verify("v", Repository, VerifyLevel.Data));
            Assert.True(verified.Verify.Clean, verified.ToString());
            await Refused.WithAsync(
                StatusCode.FailedPrecondition,
                "job 'g1' (collection) works on it",
                () => Server.StartJobAsync(Requests.Gc("g2", Repository)));

            await Server.CancelJobAsync("g1");
            var cancelled = (await Server.WatchAsync("g1"))[^1];
            Assert.Equal((JobState.Cancelled, 130), (cancelled.State, cancelled.ExitCode));
        }
        finally
        {
            Shell.Run("kill", "-CONT", other.ProcessId.ToString());
        }

        var job = await Server.RunJobAsync(Requests.Gc("g3", Repository));
        Assert.Equal((JobState.Succeeded, ""), (job.State, job.Error));
        Assert.Equal("merging_index", job.Progress.Phase);
        Assert.InRange(job.Gc.DeletedPacks, 1, long.MaxValue);
    }

    [Fact]
    public async Task A_collection_tells_what_merging_the_index_did()
    {
        await LeaveSomethingToCollectAsync();
        var dry = Requests.Gc("g1", Repository);
        dry.Gc.DryRun = true;
        Assert.Null((await Server.RunJobAsync(dry)).Gc.IndexMerge);
        var merge = (await Server.RunJobAsync(Requests.Gc("g2", Repository))).Gc.IndexMerge;
        Assert.InRange(merge.SegmentsAfter, 1, merge.SegmentsBefore);
        Assert.Equal(
            Directory.GetFiles(Path.Combine(Repository, "index"), "*", SearchOption.AllDirectories).Length,
            merge.SegmentsAfter);
        Assert.Empty(merge.Warnings);
    }

    [Theory]
    [InlineData(VerifyLevel.Unspecified)]
    [InlineData(VerifyLevel.Structure)]
    [InlineData(VerifyLevel.Packs)]
    [InlineData(VerifyLevel.Data)]
    public async Task A_verification_of_what_is_good_counts_what_it_has_read(VerifyLevel level)
    {
        await BackUpAsync("b");
        var job = await Server.RunJobAsync(Requests.Verify("v", Repository, level));
        Assert.Equal((JobState.Succeeded, "", Job.ResultOneofCase.Verify), (job.State, job.Error, job.ResultCase));
        var readsPacks = level is VerifyLevel.Packs or VerifyLevel.Data;
        Assert.True(job.Verify.Clean);
        Assert.Equal((1, readsPacks ? job.Verify.Packs : 0), (job.Verify.Backups, job.Verify.PacksRead));
        var bytes = readsPacks ? Packs().Sum(pack => pack.Length) : 0;
        Assert.Equal(bytes, job.Verify.BytesRead);
        Assert.Equal((bytes, bytes), (job.Progress.DoneBytes, job.Progress.TotalBytes));
        Assert.Equal(
            (readsPacks ? "packs" : "structure", bytes, bytes),
            (job.Progress.Phase, job.Progress.Done, job.Progress.Total));
    }

    [Fact]
    public async Task A_verification_reads_no_more_than_its_share_or_its_budget_oldest_first()
    {
        for (var number = 0; number < 4; number++)
        {
            await BackUpAsync("b" + number, seed: (ulong)number);
        }

        var packs = Packs().Count;
        var share = Requests.Verify("v0", Repository, VerifyLevel.Packs);
        share.Verify.Percent = 50;
        Assert.Equal((packs + 1) / 2, (await Server.RunJobAsync(share)).Verify.PacksRead);

        // A budget of one byte is one pack; the oldest proofs first, so as many jobs prove all.
        for (var number = 1; number <= packs; number++)
        {
            var next = Requests.Verify("v" + number, Repository, VerifyLevel.Data);
            (next.Verify.OldestFirst, next.Verify.BudgetBytes) = (true, 1);
            Assert.Equal(1, (await Server.RunJobAsync(next)).Verify.PacksRead);
        }

        using var repository = Chunkstore.Repositories.Repository.Open(Repository);
        Assert.Equal(0, repository.GetVerifyStatus().Data.NeverProvenPacks);
    }

    [Fact]
    public async Task Damage_is_quarantined_its_harm_is_told_and_the_next_backup_heals_it()
    {
        await BackUpAsync("b");
        var pack = Packs().MaxBy(file => file.Length)!.FullName;
        var bytes = await File.ReadAllBytesAsync(pack, Cancelled);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(pack, bytes, Cancelled);

        var job = await Server.RunJobAsync(Requests.Verify("v1", Repository, VerifyLevel.Data));
        Assert.Equal((JobState.Succeeded, false), (job.State, job.Verify.Clean));
        Assert.Equal((1, 1), (job.Verify.QuarantinedRecords + job.Verify.QuarantinedPacks, job.Verify.HarmedCount));
        var harmed = Assert.Single(job.Verify.Harmed);
        Assert.Equal(("b", "volume", 1), (harmed.BackupId, harmed.VolumeId, harmed.RangeCount));
        Assert.Equal((65536, 65536), (harmed.LostBytes, Assert.Single(harmed.Ranges).LengthBytes));
        Assert.Equal(job.Verify.FaultCount, job.Verify.Faults.Count);
        Assert.Contains(
            job.Verify.Faults, fault => fault is { Kind: "record", HasOffsetBytes: true } && fault.File == pack);

        await BackUpAsync("again");
        var healed = (await Server.RunJobAsync(Requests.Verify("v2", Repository, VerifyLevel.Data))).Verify;
        Assert.True(healed.Clean);
        Assert.Equal((0, 1), (healed.HarmedCount, healed.SupersededCount));
    }

    [Fact]
    public async Task A_verification_is_cancelled_between_packs()
    {
        for (var number = 0; number < 6; number++)
        {
            await BackUpAsync("b" + number, seed: (ulong)number);
        }

        var work = new VerifyWork
        {
            Repository = Repository,
            BackupId = default,
            Options = new() { Level = Chunkstore.Verification.VerifyLevel.Data, Lanes = 1 },
        };
        using var job = new BackupEngine.DataPlane.Jobs.Job("j", work);
        var services = new JobServices(
            new RepositoryPool(new StrictLogger<RepositoryPool>()), null!, null!, new(), new(), null!);
        var context = new JobContext(
            services, null, new CancelAtFirstBytes(job), job.RateLimiter, job, new(), job.RequireLease);
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work.RunAsync(context, job.Stop));
        job.Fail(error);
        var last = job.Snapshot();
        Assert.Equal((JobState.Cancelled, 130), (last.State, last.ExitCode));
        Assert.InRange(last.Progress.Done, 1, last.Progress.Total - 1);
    }

    [Fact]
    public async Task A_verification_that_cannot_be_right_is_refused_at_once()
    {
        var request = Requests.Verify("v", Repository, VerifyLevel.Packs);
        request.Verify.Percent = 101;
        await Refused.WithAsync(StatusCode.InvalidArgument, "percent", () => Server.StartJobAsync(request));
        (request.Verify.Percent, request.Verify.BudgetBytes) = (0, -1);
        await Refused.WithAsync(StatusCode.InvalidArgument, "budget_bytes", () => Server.StartJobAsync(request));
        (request.Verify.BudgetBytes, request.Verify.Level) = (0, (VerifyLevel)77);
        await Refused.WithAsync(StatusCode.InvalidArgument, "level", () => Server.StartJobAsync(request));
        request.Verify.Level = VerifyLevel.Packs;
        Assert.Equal(4, (await Server.RunJobAsync(request)).ExitCode);
    }

    private async Task LeaveSomethingToCollectAsync()
    {
        await BackUpAsync("stays", seed: 7);
        await BackUpAsync("goes", seed: 8);
        await Server.RunJobAsync(Requests.Delete("delete", Repository, "goes"));
    }

    private async Task BackUpAsync(string id, ulong seed = 3)
    {
        await Server.AttachAsync(id, Folder.CreateFile("source-" + id, VolumeBytes, Content(seed)));
        var job = await Server.RunJobAsync(Requests.Backup("backup-" + id, Repository, id, id));
        Assert.True(job.State == JobState.Succeeded, job.Error);
    }

    private async Task<Job> WaitForPhaseAsync(string jobId, string phase)
    {
        using var call = Server.Client.WatchJob(new WatchJobRequest { JobId = jobId }, cancellationToken: Cancelled);
        while (await call.ResponseStream.MoveNext(Cancelled))
        {
            if (call.ResponseStream.Current.Progress.Phase == phase)
            {
                return call.ResponseStream.Current;
            }
        }

        throw new InvalidOperationException($"The job ended before the phase '{phase}'.");
    }

    private List<FileInfo> Packs() =>
        [.. new DirectoryInfo(Path.Combine(Repository, "packs")).EnumerateFiles("*", SearchOption.AllDirectories)];

    private sealed class CancelAtFirstBytes(BackupEngine.DataPlane.Jobs.Job job) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value) => job.Cancel("asked for");
    }
}
