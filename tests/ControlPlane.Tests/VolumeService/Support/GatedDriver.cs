using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.VolumeService.Drivers;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files;

namespace BackupEngine.ControlPlane.Tests.VolumeService.Support;

/// <summary>A driver whose snapshots take until the test lets them through, or fail as the test wants.</summary>
internal sealed class GatedDriver(FileVolumeDriver driver) : IVolumeDriver
{
    private TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => driver.Name;

    public bool ClonesAreInstant => false;

    /// <summary>Snapshots that were begun.</summary>
    public int Begun { get; private set; }

    public void Open() => _gate.TrySetResult();

    public void Fail(string reason) => _gate.TrySetException(new VolumeDriverException(reason));

    public void Close() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task CreateSnapshotAsync(Guid volumeId, DeviceReference snapshot, CancellationToken cancellationToken)
    {
        Begun++;
        await _gate.Task.WaitAsync(cancellationToken);
        await driver.CreateSnapshotAsync(volumeId, snapshot, cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => driver.StartAsync(cancellationToken);

    public Task CreateVolumeAsync(Guid volumeId, long sizeBytes, CancellationToken cancellationToken) =>
        driver.CreateVolumeAsync(volumeId, sizeBytes, cancellationToken);

    public Task CloneAsync(
        DeviceReference source, DeviceReference target, long sizeBytes, CancellationToken cancellationToken) =>
        driver.CloneAsync(source, target, sizeBytes, cancellationToken);

    public Task ExtendAsync(DeviceReference volume, long sizeBytes, CancellationToken cancellationToken) =>
        driver.ExtendAsync(volume, sizeBytes, cancellationToken);

    public Task DeleteAsync(DeviceReference device, CancellationToken cancellationToken) =>
        driver.DeleteAsync(device, cancellationToken);

    public Task<bool> ReadsAsZeroAsync(DeviceReference device, CancellationToken cancellationToken) =>
        driver.ReadsAsZeroAsync(device, cancellationToken);

    public Task<ExportedDevice> ExportAsync(ExportRequest request, CancellationToken cancellationToken) =>
        driver.ExportAsync(request, cancellationToken);

    public Task UnexportAsync(Guid attachmentId, CancellationToken cancellationToken) =>
        driver.UnexportAsync(attachmentId, cancellationToken);

    public Task<IReadOnlyList<string>> MendExportsAsync(CancellationToken cancellationToken) =>
        driver.MendExportsAsync(cancellationToken);

    public Task<IReadOnlyList<ExportRequest>> ListExportsAsync(CancellationToken cancellationToken) =>
        driver.ListExportsAsync(cancellationToken);

    public Task<IReadOnlyList<Guid>> ListTemporaryObjectsAsync(CancellationToken cancellationToken) =>
        driver.ListTemporaryObjectsAsync(cancellationToken);

    public Task<IReadOnlyList<BasePoint>> ListBasePointsAsync(CancellationToken cancellationToken) =>
        driver.ListBasePointsAsync(cancellationToken);

    public Task<string> CreateBasePointAsync(
        DeviceReference device, Guid backupId, CancellationToken cancellationToken) =>
        driver.CreateBasePointAsync(device, backupId, cancellationToken);

    public Task DropBasePointAsync(Guid volumeId, Guid backupId, CancellationToken cancellationToken) =>
        driver.DropBasePointAsync(volumeId, backupId, cancellationToken);

    public Task<ChangedBlocks> GetChangedBlocksAsync(
        Guid volumeId, string parentBaseToken, Guid backupId, CancellationToken cancellationToken) =>
        driver.GetChangedBlocksAsync(volumeId, parentBaseToken, backupId, cancellationToken);
}
