using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Tests.Workflows.Support;
using BackupEngine.ControlPlane.Workflows;
using BackupEngine.DataPlane.Protocol;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.ControlPlane.Tests.Workflows;

/// <summary>What a transfer tells of its progress is in the record, and what its owner asked limits it.</summary>
public sealed class ProgressTests : IDisposable
{
    private readonly WorkflowBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task The_progress_of_a_backup_is_in_its_record_until_it_ends()
    {
        _bench.DataPlane.HoldTransfers();
        _bench.DataPlane.Progress = new JobProgress { DoneBytes = 25, TotalBytes = 100 };
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        var run = _bench.RunAsync(backup.Id);

        await Eventually.HoldsAsync(async () => (await _bench.BackupAsync(backup.Id)).ProgressDoneBytes == 25);
        var seen = await _bench.BackupAsync(backup.Id);
        _bench.DataPlane.ReleaseTransfers();
        await run;

        Assert.Equal(100, seen.ProgressTotalBytes);
        Assert.NotNull(seen.ProgressAt);
        Assert.Equal(backup.UpdatedAt, seen.UpdatedAt);
        var ended = await _bench.BackupAsync(backup.Id);
        Assert.Equal(BackupStatus.Available, ended.Status);
        Assert.Null(ended.ProgressDoneBytes);
        Assert.Null(ended.ProgressAt);
    }

    [Fact]
    public async Task The_progress_of_a_restore_is_in_the_record_too()
    {
        _bench.DataPlane.HoldTransfers();
        _bench.DataPlane.Progress = new JobProgress { DoneBytes = 7, TotalBytes = 9 };
        var target = await _bench.AddVolumeAsync(VolumeStatus.RestoringBackup, VolumeStatus.Available);
        var backup = await _bench.AddBackupAsync(target, row =>
        {
            row.Status = BackupStatus.Restoring;
            row.RestoreVolumeId = target.Id;
        });
        var run = _bench.RunAsync(backup.Id);

        await Eventually.HoldsAsync(async () => (await _bench.BackupAsync(backup.Id)).ProgressDoneBytes == 7);
        _bench.DataPlane.ReleaseTransfers();
        await run;

        Assert.Null((await _bench.BackupAsync(backup.Id)).ProgressDoneBytes);
    }

    [Fact]
    public async Task A_former_owner_writes_no_progress_and_what_it_wrote_stays_until_the_next_one_writes()
    {
        var record = await ClaimedAsync();
        Assert.True(await record.WriteProgressAsync(new ProgressSample(1, 10, 5), Token));

        await _bench.ExpireLeaseAsync(record.Claim.BackupId);
        var next = await _bench.ClaimAsync(record.Claim.BackupId, "host-b");

        Assert.Equal(1, (await _bench.BackupAsync(next.BackupId)).ProgressDoneBytes);
        Assert.False(await record.WriteProgressAsync(new ProgressSample(2, 10, 5), Token));
        var taken = new BackupRecord(_bench, next, "host-b", 30, TimeProvider.System, NullLogger.Instance);
        Assert.True(await taken.WriteProgressAsync(new ProgressSample(3, 10, null), Token));
        var seen = await _bench.BackupAsync(next.BackupId);
        Assert.Equal((3L, (long?)null), (seen.ProgressDoneBytes, seen.ProgressBytesPerSecond));
    }

    [Fact]
    public async Task The_speed_is_that_between_two_writes_and_nothing_is_written_where_nothing_changed()
    {
        var record = await ClaimedAsync();
        var id = record.Claim.BackupId;
        await using var writer = new ProgressWriter(
            record, TimeSpan.FromMilliseconds(20), TimeProvider.System, NullLogger.Instance);

        writer.Report(new JobProgress { DoneBytes = 10, TotalBytes = 1 << 20 });
        await Eventually.HoldsAsync(async () => (await _bench.BackupAsync(id)).ProgressDoneBytes == 10);
        var first = await _bench.BackupAsync(id);
        writer.Report(new JobProgress { DoneBytes = 1 << 19, TotalBytes = 1 << 20 });
        await Eventually.HoldsAsync(async () => (await _bench.BackupAsync(id)).ProgressDoneBytes == 1 << 19);
        var second = await _bench.BackupAsync(id);
        await writer.DisposeAsync();

        Assert.Null(first.ProgressBytesPerSecond);
        Assert.True(second.ProgressBytesPerSecond > 0);
        Assert.Equal(second.ProgressAt, (await _bench.BackupAsync(id)).ProgressAt);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0, 5, 5)]
    [InlineData(8, 5, 5)]
    [InlineData(3, 5, 3)]
    [InlineData(3, 0, 3)]
    public async Task The_lower_one_of_the_operators_limit_and_the_owners_holds(int most, int asked, int expected)
    {
        _bench.RateLimitMiB = most;
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync(), row => row.RateLimitMiB = asked);

        await _bench.RunAsync(backup.Id);

        var job = _bench.DataPlane.Started.Single(started => started.Backup is not null).Backup;
        Assert.Equal((long)expected << 20, job.Tuning.RateLimitBytesPerSecond);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<BackupRecord> ClaimedAsync()
    {
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        return new BackupRecord(
            _bench, await _bench.ClaimAsync(backup.Id), WorkflowBench.Host, 30, TimeProvider.System,
            NullLogger.Instance);
    }
}
