using System.Buffers;

namespace BackupEngine.DataPlane.Nbd.Server.Requests;

/// <summary>
/// Memory of one request: place for a header, and behind it for data, so that a reply is one piece and is sent without
/// being copied.
/// </summary>
internal sealed class RequestBuffer(IMemoryOwner<byte> owner) : IDisposable
{
    /// <summary>Most data that are read or written at a time.</summary>
    public const int DataBytes = 512 * 1024;

    /// <summary>Bytes of memory that it needs.</summary>
    public const int Bytes = HeadBytes + DataBytes;

    private const int HeadBytes = 4096;

    private readonly IMemoryOwner<byte> _owner = owner;

    /// <summary>Place for data.</summary>
    public Memory<byte> Data => _owner.Memory.Slice(HeadBytes, DataBytes);

    /// <summary>A message: a header, which is still to be written, and data that are there.</summary>
    public Memory<byte> Message(int headerBytes, int dataBytes) =>
        _owner.Memory.Slice(HeadBytes - headerBytes, headerBytes + dataBytes);

    /// <inheritdoc/>
    public void Dispose() => _owner.Dispose();
}
