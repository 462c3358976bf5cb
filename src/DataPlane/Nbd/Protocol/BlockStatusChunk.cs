using System.Buffers.Binary;

namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>
/// Payload of a chunk of block status, as it came: read in place. Compact with structured replies, extended with
/// extended headers.
/// </summary>
public readonly ref struct BlockStatusChunk
{
    private readonly ReadOnlySpan<byte> _extents;
    private readonly bool _extended;

    private BlockStatusChunk(uint contextId, ReadOnlySpan<byte> extents, bool extended)
    {
        ContextId = contextId;
        _extents = extents;
        _extended = extended;
    }

    /// <summary>The metadata context.</summary>
    public uint ContextId { get; }

    /// <summary>Number of extents, at least 1.</summary>
    public int Count => _extents.Length / ExtentBytes(_extended);

    /// <summary>One of the extents.</summary>
    public StatusExtent this[int index]
    {
        get
        {
            var at = _extents.Slice(index * ExtentBytes(_extended), ExtentBytes(_extended));
            return _extended
                ? new StatusExtent(
                    BinaryPrimitives.ReadUInt64BigEndian(at), BinaryPrimitives.ReadUInt64BigEndian(at[8..]))
                : new StatusExtent(
                    BinaryPrimitives.ReadUInt32BigEndian(at), BinaryPrimitives.ReadUInt32BigEndian(at[4..]));
        }
    }

    /// <summary>Type of the chunk.</summary>
    public static ReplyType Type(bool extended) =>
        extended ? ReplyType.BlockStatusExtended : ReplyType.BlockStatus;

    /// <summary>Length of a payload with so many extents.</summary>
    public static int Bytes(int extents, bool extended) => PrefixBytes(extended) + (extents * ExtentBytes(extended));

    /// <summary>Writes a payload.</summary>
    /// <exception cref="OverflowException">A number does not fit into the compact form.</exception>
    public static void Write(Span<byte> to, uint contextId, ReadOnlySpan<StatusExtent> extents, bool extended)
    {
        BinaryPrimitives.WriteUInt32BigEndian(to, contextId);
        if (extended)
        {
            BinaryPrimitives.WriteUInt32BigEndian(to[4..], (uint)extents.Length);
        }

        to = to[PrefixBytes(extended)..];
        foreach (var extent in extents)
        {
            WriteExtent(to, extent, extended);
            to = to[ExtentBytes(extended)..];
        }
    }

    /// <summary>Reads a payload.</summary>
    /// <exception cref="NbdProtocolException">Its length fits no number of extents, there is none or too many, the
    /// number told is another one, or an extent is empty.</exception>
    public static BlockStatusChunk Read(ReadOnlySpan<byte> from, bool extended)
    {
        var length = from.Length - PrefixBytes(extended);
        if (length <= 0 || length % ExtentBytes(extended) != 0
            || length / ExtentBytes(extended) > NbdLimits.StatusDescriptors)
        {
            throw new NbdProtocolException($"A block status of {from.Length} bytes came.");
        }

        var chunk = new BlockStatusChunk(
            BinaryPrimitives.ReadUInt32BigEndian(from), from[PrefixBytes(extended)..], extended);
        if (extended && BinaryPrimitives.ReadUInt32BigEndian(from[4..]) != (uint)chunk.Count)
        {
            throw new NbdProtocolException("A block status holds another number of extents than it says.");
        }

        for (var i = 0; i < chunk.Count; i++)
        {
            if (chunk[i].LengthBytes == 0)
            {
                throw new NbdProtocolException("A block status holds an extent of length 0.");
            }
        }

        return chunk;
    }

    private static int PrefixBytes(bool extended) => extended ? 8 : 4;

    private static int ExtentBytes(bool extended) => extended ? 16 : 8;

    private static void WriteExtent(Span<byte> to, StatusExtent extent, bool extended)
    {
        if (extended)
        {
            BinaryPrimitives.WriteUInt64BigEndian(to, extent.LengthBytes);
            BinaryPrimitives.WriteUInt64BigEndian(to[8..], extent.Status);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(to, checked((uint)extent.LengthBytes));
            BinaryPrimitives.WriteUInt32BigEndian(to[4..], checked((uint)extent.Status));
        }
    }
}
