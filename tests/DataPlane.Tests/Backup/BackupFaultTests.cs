using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Tests.Devices;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Tests.Backup;

public sealed class BackupFaultTests : IDisposable
{
    private const int VolumeBytes = 4 << 20;
    private readonly PipelineHarness _harness = new();
    private readonly byte[] _content = new byte[VolumeBytes];

    public BackupFaultTests() => new Random(1).NextBytes(_content);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _harness.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    public async Task A_read_that_fails_fails_the_backup_and_publishes_nothing(int read)
    {
        var device = new FaultyDevice(new StrictDevice(_content)) { FailRead = read };
        var error = await Assert.ThrowsAsync<DeviceException>(() => _harness.BackupAsync(device));
        Assert.Equal(DeviceErrorKind.Io, error.Kind);
        Assert.Contains("strict", error.Message, StringComparison.Ordinal);
        await EverythingIsIntact();
    }

    [Fact]
    public async Task A_scattered_read_that_fails_fails_the_backup()
    {
        var full = await _harness.BackupAsync(_content);
        var changed = Enumerable.Range(0, 200).Select(i => new Extent(i * 5 * PipelineHarness.SmallChunk, 1));
        var request = _harness.Request(new FaultyDevice(new StrictDevice(_content)) { FailRead = 150 }, full) with
        {
            ChangedBlocks = [.. changed],
        };
        await Assert.ThrowsAsync<DeviceException>(() => PipelineHarness.BackupAsync(request));
        Assert.Equal(_content, await _harness.RestoreAsync(full));
    }

    [Fact]
    public async Task A_spot_check_that_cannot_read_fails_the_backup()
    {
        var full = await _harness.BackupAsync(_content);
        var request = _harness.Request(new FaultyDevice(new StrictDevice(_content)) { FailRead = 3 }, full) with
        {
            ChangedBlocks = [],
        };
        await Assert.ThrowsAsync<DeviceException>(() => PipelineHarness.BackupAsync(request));
    }

    [Fact]
    public async Task Cancelled_at_any_point_a_backup_publishes_nothing_and_harms_nothing()
    {
        for (var read = 1; read <= 64; read += 9)
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            var device = new FaultyDevice(new StrictDevice(_content))
            {
                BeforeTransfer = number => CancelAt(number, read, cancel),
            };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => PipelineHarness.BackupAsync(_harness.Request(device), cancel.Token));
        }

        await EverythingIsIntact();
    }

    [Fact]
    public async Task A_rate_limit_does_not_keep_a_backup_from_being_cancelled()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var started = new TaskCompletionSource();
        var device = new FaultyDevice(new StrictDevice(_content)) { BeforeTransfer = _ => started.TrySetResult() };
        var request = _harness.Request(device) with { RateLimiter = new RateLimiter(1) };
        var running = PipelineHarness.BackupAsync(request, cancel.Token);
        await started.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => running.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
    }

    private static void CancelAt(int number, int read, CancellationTokenSource cancel)
    {
        if (number == read)
        {
            cancel.Cancel();
        }
    }

    private async Task EverythingIsIntact()
    {
        Assert.Empty(_harness.Repository.ListManifests());
        Assert.Equal(0, _harness.Repository.GetStatistics().Sessions);
        var backup = await _harness.BackupAsync(_content);
        Assert.Equal(_content, await _harness.RestoreAsync(backup));
    }
}
