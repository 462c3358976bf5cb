using BackupEngine.ControlPlane.Workflows;
using BackupEngine.Integration.Support;

namespace BackupEngine.Integration.Workflows;

/// <summary>
/// A fault before and after each of the steps 7 to 18, with real devices and a real data plane: nothing is left behind,
/// the record names the step, the volume has its former status back, and the next backup succeeds.
/// </summary>
[Collection(Broker.Name)]
public sealed class FaultTests(VolumeFileSystem files)
{
    private static readonly WorkflowStep[] CreateSteps =
    [
        WorkflowStep.GetBackupDevice,
        WorkflowStep.BackupDeviceReady,
        WorkflowStep.ExposeDevice,
        WorkflowStep.DeviceExposed,
        WorkflowStep.AttachDevice,
        WorkflowStep.TransferData,
        WorkflowStep.DetachDevice,
        WorkflowStep.DisconnectDevice,
        WorkflowStep.DeviceDisconnected,
        WorkflowStep.RemoveTemporaryObject,
        WorkflowStep.TemporaryObjectRemoved,
        WorkflowStep.RecordUpdated,
    ];

    private static readonly WorkflowStep[] RestoreSteps =
    [
        WorkflowStep.TargetVolumeReady,
        WorkflowStep.ExposeDevice,
        WorkflowStep.DeviceExposed,
        WorkflowStep.AttachDevice,
        WorkflowStep.TransferData,
        WorkflowStep.DetachDevice,
        WorkflowStep.DisconnectDevice,
        WorkflowStep.DeviceDisconnected,
        WorkflowStep.RecordUpdated,
    ];

    [Theory]
    [InlineData("memory", new[] { false, true })]
    [InlineData("rabbitmq", new[] { true })]
    public async Task A_backup_that_fails_at_a_step_leaves_nothing_behind(string transport, bool[] afterAction)
    {
        await using var engine = await EngineUnderTest.StartAsync(files, transport);
        var volume = await MakeVolumeInUseAsync(engine);
        var filesBefore = engine.ListFiles();
        foreach (var (step, after) in CreateSteps.SelectMany(_ => afterAction, (step, after) => (step, after)))
        {
            engine.Probe.FailAt(step, after);
            var backup = await engine.User.BeginBackupAsync(volume);
            await engine.User.AwaitBackupAsync(backup, "error");

            var record = await engine.User.BackupRecordAsync(backup);
            Assert.Equal(
                $"step {step.Number} {step.Name}: {StepProbe.Message}", record["fail_reason"]!.GetValue<string>());
            Assert.Equal("in-use", (await engine.User.VolumeRecordAsync(volume))["status"]!.GetValue<string>());
            engine.AssertNoDeviceIsLeft(except: volume);
            Assert.Equal(filesBefore, engine.ListFiles());
            await engine.AssertDataPlaneIsIdleAsync();
        }

        engine.Probe.Rest();
        await engine.User.BackupAsync(volume);
        await engine.User.DisconnectAsync(volume);
        engine.AssertNoDeviceIsLeft();
    }

    [Fact]
    public async Task A_restore_that_fails_at_a_step_leaves_no_device_and_the_next_one_succeeds()
    {
        await using var engine = await EngineUnderTest.StartAsync(files, "memory");
        var volume = await MakeVolumeInUseAsync(engine);
        var backup = await engine.User.BackupAsync(volume);
        await engine.User.DisconnectAsync(volume);
        foreach (
            var (step, after) in RestoreSteps.SelectMany(_ => new[] { false, true }, (step, after) => (step, after)))
        {
            engine.Probe.FailAt(step, after);
            var target = await engine.User.BeginRestoreAsync(backup);
            await engine.User.AwaitBackupAsync(backup, "available");
            await engine.User.AwaitVolumeAsync(target, "error_restoring");
            engine.AssertNoDeviceIsLeft();
            await engine.AssertDataPlaneIsIdleAsync();
        }

        engine.Probe.Rest();
        var restored = await engine.User.BeginRestoreAsync(backup);
        await engine.User.AwaitVolumeAsync(restored, "available");
    }

    private static async Task<Guid> MakeVolumeInUseAsync(EngineUnderTest engine)
    {
        var volume = await engine.User.CreateVolumeAsync();
        Device.Fill(await engine.User.ConnectAsync(volume), 0, 4 << 20, seed: 3);
        await engine.User.AttachAsync(volume);
        return volume;
    }
}
