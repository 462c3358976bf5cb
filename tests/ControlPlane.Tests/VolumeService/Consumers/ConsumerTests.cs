using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Tests.VolumeService.Support;
using BackupEngine.ControlPlane.VolumeService.Consumers;
using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace BackupEngine.ControlPlane.Tests.VolumeService.Consumers;

/// <summary>Every request gets its answer over a bus, or the reason why not.</summary>
public sealed class ConsumerTests(FileSystems systems)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backup_asks_and_is_answered_from_step_7_to_step_17()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync(VolumeStatus.BackingUp, VolumeStatus.InUse);
        var backup = await test.AddBackupAsync(volume.Id);
        var read = await AskAsync<GetBackupDevice, BackupDevice>(test, new() { BackupId = backup.Id });
        var expose = test.Expose(read.Device, backupId: backup.Id);
        var exposed = await AskAsync<ExposeDevice, DeviceExposed>(test, expose);
        Assert.True(File.Exists(exposed.Connection.Path));
        var changed = await AskAsync<GetChangedBlocks, ChangedBlocks>(
            test, new() { BackupId = backup.Id, VolumeId = volume.Id, ParentBaseToken = read.BaseToken });
        Assert.True(changed.Known);
        await AskAsync<DisconnectDevice, DeviceDisconnected>(
            test, new() { AttachmentId = expose.AttachmentId, Device = read.Device });
        await AskAsync<RemoveTemporaryObject, TemporaryObjectRemoved>(
            test, new() { BackupId = backup.Id, Device = read.Device });
        await AskAsync<SettleBasePoint, BasePointSettled>(
            test, new() { BackupId = backup.Id, VolumeId = volume.Id, Keep = true });
        Assert.Empty(await test.Driver.ListExportsAsync(Cancel));
        Assert.Empty(await test.Driver.ListTemporaryObjectsAsync(Cancel));
        Assert.Single(await test.Driver.ListBasePointsAsync(Cancel));
    }

    [Fact]
    public async Task What_cannot_be_done_is_refused_with_the_reason()
    {
        await using var test = await StartAsync();
        var missing = DriverUnderTest.Volume(Guid.NewGuid());
        Assert.Contains("not being created", await RefusedAsync(test, new GetBackupDevice { BackupId = missing.Id }));
        Assert.Contains(missing.Id.ToString(), await RefusedAsync(test, test.Expose(missing)));
        Assert.Contains("left as it is", await RefusedAsync(
            test, new RemoveTemporaryObject { BackupId = Guid.NewGuid(), Device = missing }));
        Assert.Contains("no record", await RefusedAsync(
            test, new SettleBasePoint { BackupId = Guid.NewGuid(), VolumeId = missing.Id, Keep = true }));
    }

    [Fact]
    public async Task Commands_are_carried_out_after_they_were_taken()
    {
        await using var test = await StartAsync();
        var volume = await test.AddVolumeAsync(VolumeStatus.Creating);
        await SendAsync(test, new CreateVolume { VolumeId = volume.Id });
        await WaitUntilAsync(async () => (await test.VolumeAsync(volume.Id)).Status == VolumeStatus.Available);
        var snapshot = await test.AddSnapshotAsync(volume.Id);
        await SendAsync(test, new CreateSnapshot { SnapshotId = snapshot.Id });
        await WaitUntilAsync(async () => (await test.SnapshotAsync(snapshot.Id)).Status == SnapshotStatus.Available);
        var removedVolume = await test.AddVolumeAsync(VolumeStatus.Deleting);
        var removedSnapshot = await test.AddSnapshotAsync(volume.Id, SnapshotStatus.Deleting);
        await SendAsync(test, new DeleteVolume { VolumeId = removedVolume.Id });
        await SendAsync(test, new DeleteSnapshot { SnapshotId = removedSnapshot.Id });
        await WaitUntilAsync(async () => (await test.VolumeAsync(removedVolume.Id)).DeletedAt is not null
            && (await test.SnapshotAsync(removedSnapshot.Id)).DeletedAt is not null);
    }

    private async Task<VolumeServiceUnderTest> StartAsync()
    {
        var test = await VolumeServiceUnderTest.StartAsync(systems.Xfs.NewDirectory(), adjust: services =>
            services.AddMassTransitTestHarness(bus => bus.AddConsumers(
                [.. typeof(VolumeAnswers).Assembly.GetTypes().Where(type =>
                    type.Namespace == typeof(VolumeAnswers).Namespace && type.IsAssignableTo(typeof(IConsumer)))])));
        await test.Get<ITestHarness>().Start();
        return test;
    }

    private static async Task<TAnswer> AskAsync<TRequest, TAnswer>(VolumeServiceUnderTest test, TRequest request)
        where TRequest : class
        where TAnswer : class
    {
        var response = await test.Get<ITestHarness>().GetRequestClient<TRequest>()
            .GetResponse<TAnswer, VolumeRequestRefused>(request, Cancel);
        return response.Is(out Response<TAnswer>? answer)
            ? answer.Message
            : throw new InvalidOperationException(((VolumeRequestRefused)response.Message).Reason);
    }

    private static async Task<string> RefusedAsync<TRequest>(VolumeServiceUnderTest test, TRequest request)
        where TRequest : class =>
        (await test.Get<ITestHarness>().GetRequestClient<TRequest>().GetResponse<VolumeRequestRefused>(request, Cancel))
            .Message.Reason;

    private static Task SendAsync<T>(VolumeServiceUnderTest test, T command)
        where T : class => test.Get<ITestHarness>().Bus.Publish(command, Cancel);

    private static async Task WaitUntilAsync(Func<Task<bool>> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30), "waited in vain");
            await Task.Delay(10, Cancel);
        }
    }
}
