using System.Diagnostics.Metrics;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Tests.Workflows.Support;
using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.Tests.Workflows;

public sealed class CreateBackupWorkflowTests : IDisposable
{
    private readonly WorkflowBench _bench = new();

    [Fact]
    public async Task A_backup_goes_through_the_steps_in_order_and_leaves_nothing_behind()
    {
        var volume = await _bench.AddVolumeAsync();
        var backup = await _bench.AddBackupAsync(volume);

        await _bench.RunAsync(backup.Id);

        Assert.Equal(CreateBackupTrace.Whole, await _bench.TraceAsync(backup.Id));
        var record = await _bench.BackupAsync(backup.Id);
        Assert.Equal(BackupStatus.Available, record.Status);
        Assert.Null(record.FailReason);
        Assert.Equal(7, record.ObjectCount);
        Assert.Equal("token", record.BaseToken);
        Assert.NotNull(record.DataTimestamp);
        Assert.Null(record.TemporaryDevice);
        Assert.Null(record.LeaseExpiresAt);
        Assert.Equal(WorkflowBench.Host, record.Host);
        Assert.Contains("\"bytes_stored\":4711", record.StatisticsJson, StringComparison.Ordinal);
        _bench.AssertNothingLeft();
        Assert.True(_bench.Volumes.Kept[backup.Id]);
        Assert.True(_bench.DataPlane.Repository.ContainsKey(backup.Id.ToString()));
    }

    [Theory]
    [InlineData(VolumeStatus.InUse)]
    [InlineData(VolumeStatus.Available)]
    public async Task The_volume_has_its_former_status_back(string former)
    {
        var volume = await _bench.AddVolumeAsync(previous: former);
        var backup = await _bench.AddBackupAsync(volume);

        await _bench.RunAsync(backup.Id);

        var after = await _bench.VolumeAsync(volume.Id);
        Assert.Equal(former, after.Status);
        Assert.Null(after.PreviousStatus);
    }

    [Fact]
    public async Task A_volume_that_is_read_itself_needs_no_removal_of_a_temporary_object()
    {
        _bench.Volumes.TemporaryKind = null;
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync(previous: VolumeStatus.Available));

        await _bench.RunAsync(backup.Id);

        var trace = await _bench.TraceAsync(backup.Id);
        Assert.Contains("16 remove-temporary-object skipped", trace);
        Assert.DoesNotContain(trace, line => line.StartsWith("17 ", StringComparison.Ordinal));
        Assert.Equal(BackupStatus.Available, (await _bench.BackupAsync(backup.Id)).Status);
    }

    [Fact]
    public async Task A_snapshot_is_read_itself_and_goes_back_to_available_and_its_time_is_that_of_the_data()
    {
        var taken = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        var volume = await _bench.AddVolumeAsync(VolumeStatus.InUse, previous: null);
        var snapshot = await _bench.AddAsync(new SnapshotEntity
        {
            Id = Guid.NewGuid(),
            VolumeId = volume.Id,
            Status = SnapshotStatus.BackingUp,
            CreatedAt = taken,
        });
        var backup = await _bench.AddBackupAsync(volume, b => b.SnapshotId = snapshot.Id);

        await _bench.RunAsync(backup.Id);

        Assert.Equal(taken, (await _bench.BackupAsync(backup.Id)).DataTimestamp);
        await using var database = _bench.CreateDbContext();
        var after = await database.Snapshots.FindAsync([snapshot.Id], TestContext.Current.CancellationToken);
        Assert.Equal(SnapshotStatus.Available, after!.Status);
        Assert.Equal(VolumeStatus.InUse, (await _bench.VolumeAsync(volume.Id)).Status);
        _bench.AssertNothingLeft();
    }

    [Fact]
    public async Task An_incremental_reads_what_the_volume_service_says_has_changed()
    {
        _bench.Volumes.Changed = new ChangedBlocks
        {
            Known = true,
            Reason = "",
            Extents = [new ChangedExtent { OffsetBytes = 65536, LengthBytes = 4096 }],
        };

        var (record, job) = await RunIncrementalAsync(parent => parent.BaseToken = "parent-token");

        var extent = Assert.Single(job.ChangedBlocks.Extents);
        Assert.Equal((65536, 4096), (extent.OffsetBytes, extent.LengthBytes));
        Assert.Equal("token", job.BaseToken);
        Assert.Equal("parent-token", job.ChangedBlocksBase);
        Assert.Equal("", job.ChangedBlocksUnknown);
        Assert.Equal(record.ParentId.ToString(), job.ParentBackupId);
        Assert.Equal("changed blocks from the volume service: 4096 bytes in 1 extents", record.ChangedBlocksOutcome);
    }

    [Fact]
    public async Task Unknown_changed_blocks_are_said_loudly_and_everything_is_read()
    {
        var (record, job) = await RunIncrementalAsync(parent => parent.BaseToken = "parent-token");

        Assert.Null(job.ChangedBlocks);
        Assert.Equal("nobody knows", job.ChangedBlocksUnknown);
        Assert.NotEqual("", job.ParentBackupId);
        Assert.Equal("everything is read: nobody knows", record.ChangedBlocksOutcome);
    }

    [Fact]
    public async Task A_parent_without_base_point_means_that_everything_is_read()
    {
        var (record, job) = await RunIncrementalAsync(parent => parent.BaseToken = "");

        Assert.Null(job.ChangedBlocks);
        Assert.StartsWith("everything is read:", record.ChangedBlocksOutcome, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parent_that_was_deleted_meanwhile_makes_a_full_backup_and_the_record_says_so()
    {
        var (record, job) = await RunIncrementalAsync(parent => parent.DeletedAt = DateTime.UtcNow);

        Assert.Equal("", job.ParentBackupId);
        Assert.Contains("does not exist any more", record.ChangedBlocksOutcome, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_volume_service_that_fails_at_changed_blocks_costs_time_and_not_the_backup()
    {
        _bench.Volumes.OnRequest = name =>
        {
            if (name == nameof(GetChangedBlocks))
                throw new VolumeServiceException("out of order");
        };

        var (record, job) = await RunIncrementalAsync(parent => parent.BaseToken = "parent-token");

        Assert.Null(job.ChangedBlocks);
        Assert.Equal("everything is read: out of order", record.ChangedBlocksOutcome);
    }

    [Fact]
    public async Task Warnings_of_the_data_plane_are_kept_in_the_record()
    {
        _bench.DataPlane.Warnings = ["the spot check refused the changed blocks: everything was read"];

        var (record, _) = await RunIncrementalAsync(parent => parent.BaseToken = "parent-token");

        Assert.Contains("the spot check refused", record.ChangedBlocksOutcome, StringComparison.Ordinal);
        Assert.Contains("the spot check refused", record.StatisticsJson, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("spot_check", "\"full_read\":true,\"full_read_reason\":\"spot_check\"", 1)]
    [InlineData("", "\"full_read\":false,\"full_read_reason\":\"\"", 0)]
    public async Task A_full_read_is_kept_in_the_record_and_counted(string reason, string json, int counted)
    {
        var mine = new AsyncLocal<bool> { Value = true };
        var count = 0L;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument is { Meter.Name: WorkflowTelemetry.SourceName, Name: "backupengine.backup.full_reads" })
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => count += mine.Value ? value : 0);
        listener.Start();
        _bench.DataPlane.FullRead = reason;

        var (record, _) = await RunIncrementalAsync(parent => parent.BaseToken = "parent-token");

        Assert.Contains(json, record.StatisticsJson, StringComparison.Ordinal);
        Assert.Contains("\"reread_bytes\":65536", record.StatisticsJson, StringComparison.Ordinal);
        Assert.Contains(
            "\"io_engine\":\"io_uring\",\"bound_by\":\"the source device\",\"stages\":{\"read\":{\"wall_seconds\":0.5,"
            + "\"cpu_seconds\":0.25,\"bytes\":77}}",
            record.StatisticsJson,
            StringComparison.Ordinal);
        Assert.Equal(counted, count);
    }

    [Fact]
    public async Task A_base_point_that_cannot_be_kept_is_a_warning_in_the_log_and_the_backup_is_available()
    {
        _bench.Volumes.OnRequest = name =>
        {
            if (name == nameof(SettleBasePoint))
                throw new VolumeServiceException("out of order");
        };
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());

        await _bench.RunAsync(backup.Id);

        Assert.Equal(BackupStatus.Available, (await _bench.BackupAsync(backup.Id)).Status);
        Assert.Equal("18 base-point-kept failed", (await _bench.TraceAsync(backup.Id))[^1]);
        Assert.True(_bench.DataPlane.Repository.ContainsKey(backup.Id.ToString()));
    }

    [Fact]
    public async Task A_device_of_another_size_than_the_export_is_refused()
    {
        _bench.DataPlane.DeviceBytes = FakeVolumeService.VolumeBytes / 2;
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());

        await _bench.RunAsync(backup.Id);

        var record = await _bench.BackupAsync(backup.Id);
        Assert.Equal(BackupStatus.Error, record.Status);
        Assert.StartsWith("step 11 attach-device: ", record.FailReason, StringComparison.Ordinal);
        _bench.AssertNothingLeft();
    }

    public void Dispose() => _bench.Dispose();

    private async Task<(BackupEntity Record, BackupEngine.DataPlane.Protocol.BackupJob Job)> RunIncrementalAsync(
        Action<BackupEntity> changeParent)
    {
        var volume = await _bench.AddVolumeAsync();
        var parent = await _bench.AddBackupAsync(volume, b =>
        {
            b.Status = BackupStatus.Available;
            changeParent(b);
        });
        var backup = await _bench.AddBackupAsync(volume, b => b.ParentId = parent.Id);
        await _bench.RunAsync(backup.Id);
        var record = await _bench.BackupAsync(backup.Id);
        Assert.Equal(BackupStatus.Available, record.Status);
        return (record, Assert.Single(_bench.DataPlane.Started).Backup);
    }
}
