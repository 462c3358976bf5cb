using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Tests.Workflows.Support;
using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.Tests.Workflows;

/// <summary>Records that were imported: several may name the same data, under ids that are not their own.</summary>
public sealed class ImportedRecordTests : IDisposable
{
    private readonly WorkflowBench _bench = new();

    [Fact]
    public async Task The_data_go_with_the_last_record_of_them()
    {
        var backup = await MakeBackupAsync();
        var copy = await ImportAsync(backup);

        await DeleteAsync(backup.Id);
        Assert.True(_bench.DataPlane.Repository.ContainsKey($"{backup.Id}"));
        await DeleteAsync(copy.Id);

        Assert.Empty(_bench.DataPlane.Repository);
        Assert.Equal(BackupStatus.Deleted, (await _bench.BackupAsync(backup.Id)).Status);
        Assert.Equal(BackupStatus.Deleted, (await _bench.BackupAsync(copy.Id)).Status);
    }

    [Fact]
    public async Task Two_records_that_are_deleted_at_once_leave_nothing_and_the_second_finds_nothing()
    {
        var backup = await MakeBackupAsync();
        var copy = await ImportAsync(backup);
        await _bench.SetStatusAsync(backup.Id, BackupStatus.Deleting);
        await _bench.SetStatusAsync(copy.Id, BackupStatus.Deleting);

        await _bench.RunAsync(copy.Id);
        Assert.Empty(_bench.DataPlane.Repository);
        await _bench.RunAsync(backup.Id);

        Assert.Equal(BackupStatus.Deleted, (await _bench.BackupAsync(backup.Id)).Status);
        Assert.Equal(BackupStatus.Deleted, (await _bench.BackupAsync(copy.Id)).Status);
    }

    [Fact]
    public async Task A_restore_reads_the_data_that_the_record_names()
    {
        var copy = await ImportAsync(await MakeBackupAsync());
        var target = await _bench.AddVolumeAsync(VolumeStatus.RestoringBackup);
        await _bench.SetRestoreVolumeAsync(copy.Id, target.Id);
        await _bench.SetStatusAsync(copy.Id, BackupStatus.Restoring);

        await _bench.RunAsync(copy.Id);

        Assert.Equal($"{copy.StoredId()}", _bench.DataPlane.Started.Last().Restore.BackupId);
    }

    [Fact]
    public async Task An_incremental_is_compared_with_the_data_that_its_parent_names()
    {
        var copy = await ImportAsync(await MakeBackupAsync());
        var next = await _bench.AddBackupAsync(await _bench.AddVolumeAsync(), b => b.ParentId = copy.Id);

        await _bench.RunAsync(next.Id);

        Assert.Equal($"{copy.StoredId()}", _bench.DataPlane.Started.Last().Backup.ParentBackupId);
    }

    [Theory]
    [InlineData(null, "disk", "of the source")]
    [InlineData("restore_backup_x", "disk", "of the source")]
    [InlineData("mine", "mine", "of the target")]
    public async Task A_restored_volume_carries_what_the_source_carried(
        string? targetName, string expectedName, string expectedDescription)
    {
        var target = await _bench.AddAsync(new VolumeEntity
        {
            Id = Guid.NewGuid(),
            ProjectId = "p",
            Name = targetName,
            Description = "of the target",
            MetadataJson = "{\"old\":\"1\"}",
            SizeGiB = 1,
            Status = VolumeStatus.RestoringBackup,
            Host = "volume-host",
            CreatedAt = DateTime.UtcNow,
        });
        var source = new VolumeEntity
        {
            Name = "disk",
            Description = "of the source",
            MetadataJson = "{\"k\":\"\u00fc\"}",
            Bootable = true,
        };
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync(VolumeStatus.Available), b =>
        {
            b.Status = BackupStatus.Restoring;
            b.RestoreVolumeId = target.Id;
            b.VolumeMetadataJson = SavedVolume.Save(source);
        });

        await _bench.RunAsync(backup.Id);

        var read = await _bench.VolumeAsync(target.Id);
        Assert.Equal((expectedName, expectedDescription), (read.Name, read.Description));
        Assert.True(read.Bootable);
        Assert.Equal(
            new Dictionary<string, string> { ["k"] = "\u00fc", ["src_backup_id"] = $"{backup.Id}" },
            SavedVolume.MetadataOf(read.MetadataJson));
        Assert.Equal(VolumeStatus.Available, read.Status);
    }

    [Fact]
    public async Task What_fails_is_told_to_the_user_with_the_step_that_failed()
    {
        _bench.DataPlane.OnCall = name =>
        {
            if (name == "Attach")
                throw new BackupEngine.ControlPlane.DataPlane.DataPlaneException("no such device");
        };
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());

        await _bench.RunAsync(backup.Id);

        await using var database = _bench.CreateDbContext();
        var message = Assert.Single(database.Messages);
        Assert.Equal(
            ("VOLUME_BACKUP", backup.Id, "013", "021"),
            (message.ResourceType, message.ResourceId, message.ActionId, message.DetailId));
        Assert.Equal(backup.ProjectId, message.ProjectId);
    }

    public void Dispose() => _bench.Dispose();

    private async Task<BackupEntity> MakeBackupAsync()
    {
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        await _bench.RunAsync(backup.Id);
        return backup;
    }

    private async Task<BackupEntity> ImportAsync(BackupEntity backup) => await _bench.AddBackupAsync(
        await _bench.AddVolumeAsync(VolumeStatus.Available),
        copy =>
        {
            copy.StoredAs = backup.Id;
            copy.Status = BackupStatus.Available;
        });

    private async Task DeleteAsync(Guid id)
    {
        await _bench.SetStatusAsync(id, BackupStatus.Deleting);
        await _bench.RunAsync(id);
    }
}
