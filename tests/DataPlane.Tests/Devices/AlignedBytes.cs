using System.Buffers;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Memory;

namespace BackupEngine.DataPlane.Tests.Devices;

/// <summary>One aligned buffer, big enough for a whole small device.</summary>
internal sealed class AlignedBytes : IDisposable
{
    private readonly AlignedBufferPool _pool;
    private readonly IMemoryOwner<byte> _owner;

    public AlignedBytes(int lengthBytes)
    {
        var blockBytes = (lengthBytes + 4095) / 4096 * 4096;
        _pool = new AlignedBufferPool(new() { BlockSizeBytes = blockBytes, MaxTotalBytes = blockBytes });
        _owner = _pool.Rent();
        Memory = _owner.Memory[..lengthBytes];
    }

    public Memory<byte> Memory { get; }

    public static async Task<byte[]> ReadAllAsync(IBlockDevice device)
    {
        using var buffer = new AlignedBytes((int)device.LengthBytes);
        buffer.Memory.Span.Fill(0xEE);
        await device.ReadAsync(0, buffer.Memory, TestContext.Current.CancellationToken);
        return buffer.Memory.ToArray();
    }

    public static async Task WriteAllAsync(IBlockDevice device, byte[] content)
    {
        using var buffer = new AlignedBytes(content.Length);
        content.CopyTo(buffer.Memory);
        await device.WriteAsync(0, buffer.Memory, TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        _owner.Dispose();
        _pool.EnsureAllReturned();
        _pool.Dispose();
    }
}
