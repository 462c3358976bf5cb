using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Devices;

namespace BackupEngine.DataPlane.Tests.Devices;

/// <summary>Counts how many reads there are at once.</summary>
internal sealed class CountingDevice(IBlockDevice inner) : IBlockDevice
{
    private readonly Lock _gate = new();
    private int _now;

    public int MostAtOnce { get; private set; }

    public long LengthBytes => inner.LengthBytes;

    public string Name => inner.Name;

    public bool DirectIo => inner.DirectIo;

    public string? DirectIoRefused => inner.DirectIoRefused;

    public int AlignmentBytes => inner.AlignmentBytes;

    public async ValueTask ReadAsync(long offsetBytes, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        Change(1);
        await Task.Yield();
        await inner.ReadAsync(offsetBytes, buffer, cancellationToken);
        Change(-1);
    }

    public ValueTask WriteAsync(long offsetBytes, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken) =>
        inner.WriteAsync(offsetBytes, buffer, cancellationToken);

    public ValueTask ZeroAsync(Extent extent, CancellationToken cancellationToken) =>
        inner.ZeroAsync(extent, cancellationToken);

    public ValueTask FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public void Dispose() => inner.Dispose();

    private void Change(int by)
    {
        lock (_gate)
        {
            _now += by;
            MostAtOnce = Math.Max(MostAtOnce, _now);
        }
    }
}
