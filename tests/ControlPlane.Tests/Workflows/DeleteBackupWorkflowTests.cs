using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Tests.Workflows.Support;
using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.Tests.Workflows;

public sealed class DeleteBackupWorkflowTests : IDisposable
{
    private static readonly string[] Trace =
    [
        "6 record-claimed done",
        "12 remove-data started",
        "12 remove-data done",
        "16 drop-base-point started",
        "16 drop-base-point done",
        "18 record-updated started",
        "18 record-updated done",
    ];

    private static readonly WorkflowStep[] Steps =
        [WorkflowStep.RemoveData, WorkflowStep.DropBasePoint, WorkflowStep.RecordUpdated];

    private readonly WorkflowBench _bench = new();

    public static TheoryData<int, When> EveryStep()
    {
        var data = new TheoryData<int, When>();
        foreach (var when in Enum.GetValues<When>())
        {
            for (var i = 0; i < Steps.Length; i++)
                data.Add(i, when);
        }

        return data;
    }

    [Fact]
    public async Task A_delete_removes_the_data_then_the_base_point_then_the_record()
    {
        var backup = await MakeBackupAsync();

        await DeleteAsync(backup.Id);

        Assert.Equal(Trace, await DeleteTraceAsync(backup.Id));
        var record = await _bench.BackupAsync(backup.Id);
        Assert.Equal(BackupStatus.Deleted, record.Status);
        Assert.NotNull(record.DeletedAt);
        Assert.Empty(_bench.DataPlane.Repository);
        Assert.Empty(_bench.Volumes.BasePoints);
    }

    [Fact]
    public async Task A_record_that_never_reached_the_repository_is_deleted_without_asking_the_data_plane()
    {
        _bench.DataPlane.OnCall = name => throw new InvalidOperationException("not to be called");
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync(), b => b.Status = BackupStatus.Error);

        await DeleteAsync(backup.Id);

        Assert.Equal(BackupStatus.Deleted, (await _bench.BackupAsync(backup.Id)).Status);
        Assert.Equal(
            ["6 record-claimed done", "12 remove-data skipped", "16 drop-base-point skipped",
             "18 record-updated started", "18 record-updated done"],
            await DeleteTraceAsync(backup.Id));
    }

    [Fact]
    public async Task A_backup_of_a_deleted_volume_is_deleted_without_asking_for_its_base_point()
    {
        var backup = await MakeBackupAsync();
        await _bench.DeleteVolumeRecordAsync(backup.VolumeId);

        await DeleteAsync(backup.Id);

        Assert.Contains("16 drop-base-point skipped", await DeleteTraceAsync(backup.Id));
        Assert.Equal(BackupStatus.Deleted, (await _bench.BackupAsync(backup.Id)).Status);
    }

    [Theory]
    [MemberData(nameof(EveryStep))]
    public async Task A_step_that_fails_is_named_and_the_delete_can_be_asked_for_again(int index, When when)
    {
        var step = Steps[index];
        var backup = await MakeBackupAsync();

        await DeleteAsync(backup.Id, new StepFault(step, when));

        var record = await _bench.BackupAsync(backup.Id);
        Assert.Equal(
            (BackupStatus.Error, $"step {step.Number} {step.Name}: {StepFault.Message}"), (
                record.Status, record.FailReason));
        Assert.Null(record.DeletedAt);
        string[] expected = [.. Trace[..(Array.IndexOf(Trace, $"{step} started") + 1)], $"{step} failed"];
        Assert.Equal(expected, await DeleteTraceAsync(backup.Id));

        await DeleteAsync(backup.Id);
        Assert.Equal(BackupStatus.Deleted, (await _bench.BackupAsync(backup.Id)).Status);
    }

    public void Dispose() => _bench.Dispose();

    private async Task<BackupEntity> MakeBackupAsync()
    {
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        await _bench.RunAsync(backup.Id);
        return backup;
    }

    private async Task DeleteAsync(Guid id, IStepObserver? observer = null)
    {
        await _bench.SetStatusAsync(id, BackupStatus.Deleting);
        await _bench.RunAsync(id, observer);
    }

    private async Task<string[]> DeleteTraceAsync(Guid id) =>
    [
        .. (await _bench.StepsAsync(id)).Where(line => line.Workflow == "delete")
            .Select(line => $"{line.Step} {line.Name} {line.Outcome}"),
    ];
}
