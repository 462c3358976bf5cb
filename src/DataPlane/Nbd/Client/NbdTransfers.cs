using System.Buffers;
using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// Reads and writes of any offset and length, cut as the server wants them: no longer than its longest payload, on
/// multiples of its smallest block. What lies off these is read in whole blocks, and written back in whole blocks.
/// </summary>
internal sealed class NbdTransfers(NbdClient client) : IDisposable
{
    private readonly SemaphoreSlim _edges = new(1, 1);
    private readonly int _blockBytes = (int)client.Export.Sizes.MinimumBytes;

    /// <summary>Longest transfer: a multiple of the smallest block.</summary>
    private int LongestBytes
    {
        get
        {
            var longest = (int)Math.Min(client.Export.Sizes.MaximumBytes, NbdLimits.DefaultPayloadBytes);
            return longest / _blockBytes * _blockBytes;
        }
    }

    /// <summary>Fills a buffer.</summary>
    public void Read(long offsetBytes, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (buffer.Length > 0)
        {
            var done = WholeBlockBytes(offsetBytes, buffer.Length);
            if (done > 0)
            {
                client.Perform(NbdRequest.Read(offsetBytes, buffer[..done]), cancellationToken);
            }
            else
            {
                done = EdgeBytes(offsetBytes, buffer.Length);
                ReadEdge(offsetBytes, buffer[..done], cancellationToken);
            }

            offsetBytes += done;
            buffer = buffer[done..];
        }
    }

    /// <summary>Writes a buffer.</summary>
    public void Write(long offsetBytes, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        while (buffer.Length > 0)
        {
            var done = WholeBlockBytes(offsetBytes, buffer.Length);
            if (done > 0)
            {
                WriteBlocks(offsetBytes, buffer[..done], cancellationToken);
            }
            else
            {
                done = EdgeBytes(offsetBytes, buffer.Length);
                WriteEdge(offsetBytes, buffer[..done], cancellationToken);
            }

            offsetBytes += done;
            buffer = buffer[done..];
        }
    }

    /// <summary>How many bytes can be transferred as they are; 0 where the first block is not whole.</summary>
    public int WholeBlockBytes(long offsetBytes, int lengthBytes)
    {
        if (offsetBytes % _blockBytes != 0)
        {
            return 0;
        }

        var most = Math.Min(lengthBytes, LongestBytes);
        return offsetBytes + most == client.Export.LengthBytes ? most : most / _blockBytes * _blockBytes;
    }

    /// <summary>How many bytes there are up to the end of a block of which not all is wanted.</summary>
    public int EdgeBytes(long offsetBytes, int lengthBytes) =>
        (int)Math.Min(lengthBytes, _blockBytes - (offsetBytes % _blockBytes));

    /// <inheritdoc/>
    public void Dispose() => _edges.Dispose();

    private void ReadEdge(long offsetBytes, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var block = Rent(offsetBytes, out var start, out var whole);
        ReadBlock(start, whole, cancellationToken);
        whole.Slice((int)(offsetBytes - start), buffer.Length).CopyTo(buffer);
        ArrayPool<byte>.Shared.Return(block);
    }

    /// <summary>Two writers may have parts of one block: one after the other.</summary>
    private void WriteEdge(long offsetBytes, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        var block = Rent(offsetBytes, out var start, out var whole);
        _edges.Wait(cancellationToken);
        try
        {
            ReadBlock(start, whole, cancellationToken);
            buffer.CopyTo(whole[(int)(offsetBytes - start)..]);
            WriteBlocks(start, whole, cancellationToken);
        }
        finally
        {
            _edges.Release();
        }

        ArrayPool<byte>.Shared.Return(block);
    }

    private void ReadBlock(long offsetBytes, Memory<byte> block, CancellationToken cancellationToken) => client.Perform(
        NbdRequest.Read(offsetBytes, block), cancellationToken);

    private void WriteBlocks(long offsetBytes, ReadOnlyMemory<byte> blocks, CancellationToken cancellationToken) =>
        client.Perform(
            new NbdRequest(Command.Write, CommandOptions.None, offsetBytes, blocks.Length) { Payload = blocks },
            cancellationToken);

    private byte[] Rent(long offsetBytes, out long start, out Memory<byte> whole)
    {
        start = offsetBytes / _blockBytes * _blockBytes;
        var block = ArrayPool<byte>.Shared.Rent(_blockBytes);
        whole = block.AsMemory(0, (int)Math.Min(_blockBytes, client.Export.LengthBytes - start));
        return block;
    }
}
