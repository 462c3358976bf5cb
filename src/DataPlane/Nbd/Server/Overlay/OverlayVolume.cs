using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Nbd.Server.Volumes;

namespace BackupEngine.DataPlane.Nbd.Server.Overlay;

/// <summary>
/// A backup that can be written to: what is written goes to an overlay file, the backup stays as it is. Safe to use
/// from many threads.
/// </summary>
/// <remarks>
/// Writing to a part of a block takes the rest from the backup, so who changes blocks has their region alone meanwhile.
/// Readers wait for nobody: of a block that is being written they see what was or what is.
/// </remarks>
internal sealed class OverlayVolume(BackupVolume backup, OverlayStore store) : IServedVolume
{
    private const int RegionBytes = 512 * 1024;
    private const int Locks = 64;
    private const int BlockBytes = OverlayLayout.BlockBytes;

    private static readonly byte[] Zeros = new byte[RegionBytes];

    private readonly SemaphoreSlim[] _regions =
        [.. Enumerable.Range(0, Locks).Select(_ => new SemaphoreSlim(1))];

    /// <inheritdoc/>
    public long LengthBytes => backup.LengthBytes;

    /// <inheritdoc/>
    public bool IsWritable => true;

    /// <inheritdoc/>
    public int PreferredBlockBytes => BlockBytes;

    /// <inheritdoc/>
    public async ValueTask ReadAsync(
        long offsetBytes, Memory<byte> destination, ReadScratch scratch, CancellationToken cancellationToken)
    {
        while (!destination.IsEmpty)
        {
            var (state, lengthBytes) = RunAt(new Extent(offsetBytes, destination.Length));
            var part = destination[..(int)lengthBytes];
            switch (state)
            {
                case BlockState.Base:
                    await backup.ReadAsync(offsetBytes, part, scratch, cancellationToken);
                    break;
                case BlockState.Data:
                    ReadOverlay(offsetBytes, part);
                    break;
                default:
                    part.Span.Clear();
                    break;
            }

            offsetBytes += lengthBytes;
            destination = destination[part.Length..];
        }
    }

    /// <inheritdoc/>
    public async ValueTask MapAsync(
        Extent extent, AllocationMap map, ReadScratch scratch, CancellationToken cancellationToken)
    {
        var position = extent.OffsetBytes;
        while (position < extent.EndBytes)
        {
            var (state, lengthBytes) = RunAt(new Extent(position, extent.EndBytes - position));
            var expected = map.LengthBytes + lengthBytes;
            if (state == BlockState.Base)
            {
                await backup.MapAsync(new Extent(position, lengthBytes), map, scratch, cancellationToken);
            }
            else
            {
                map.TryAdd(lengthBytes, state == BlockState.Zero);
            }

            if (map.LengthBytes < expected)
            {
                return;
            }

            position += lengthBytes;
        }
    }

    /// <inheritdoc/>
    public void Prefetch(Extent extent) => backup.Prefetch(extent);

    /// <inheritdoc/>
    public async ValueTask WriteAsync(
        long offsetBytes, ReadOnlyMemory<byte> source, ReadScratch scratch, CancellationToken cancellationToken)
    {
        while (!source.IsEmpty)
        {
            var part = source[..(int)Math.Min(source.Length, RegionBytes - (offsetBytes % RegionBytes))];
            var region = await EnterAsync(offsetBytes, cancellationToken);
            try
            {
                await WriteRegionAsync(offsetBytes, part, scratch, cancellationToken);
            }
            finally
            {
                region.Release();
            }

            offsetBytes += part.Length;
            source = source[part.Length..];
        }
    }

    /// <inheritdoc/>
    public async ValueTask ZeroAsync(
        Extent extent, bool provision, ReadScratch scratch, CancellationToken cancellationToken)
    {
        for (var position = extent.OffsetBytes; position < extent.EndBytes;)
        {
            var end = Math.Min(extent.EndBytes, position - (position % RegionBytes) + RegionBytes);
            var region = await EnterAsync(position, cancellationToken);
            try
            {
                var part = Zeros.AsMemory(0, (int)(end - position));
                await (provision
                    ? WriteRegionAsync(position, part, scratch, cancellationToken)
                    : ZeroRegionAsync(position, part, scratch, cancellationToken));
            }
            finally
            {
                region.Release();
            }

            position = end;
        }
    }

    /// <inheritdoc/>
    public async ValueTask TrimAsync(Extent extent, CancellationToken cancellationToken)
    {
        for (var position = extent.OffsetBytes; position < extent.EndBytes;)
        {
            var end = Math.Min(extent.EndBytes, position - (position % RegionBytes) + RegionBytes);
            var (first, endBlock) = WholeBlocks(position, end);
            if (endBlock > first)
            {
                var region = await EnterAsync(position, cancellationToken);
                try
                {
                    store.Zero(first, endBlock - first);
                }
                finally
                {
                    region.Release();
                }
            }

            position = end;
        }
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken) => store.FlushAsync(cancellationToken);

    /// <summary>Makes what was written lasting, whether or not a client asked for it.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await store.FlushAsync(CancellationToken.None);
        }
        finally
        {
            store.Dispose();
            await backup.DisposeAsync();
            Array.ForEach(_regions, region => region.Dispose());
        }
    }

    private async ValueTask<SemaphoreSlim> EnterAsync(long offsetBytes, CancellationToken cancellationToken)
    {
        var region = _regions[offsetBytes / RegionBytes % Locks];
        await region.WaitAsync(cancellationToken);
        return region;
    }

    /// <summary>What the first bytes of an extent are, and how many of them are the same.</summary>
    private (BlockState State, long LengthBytes) RunAt(Extent extent)
    {
        var block = extent.OffsetBytes / BlockBytes;
        var endBlock = ((extent.EndBytes - 1) / BlockBytes) + 1;
        var (state, count) = store.Map.Run(block, endBlock - block);
        return (state, Math.Min(extent.EndBytes, (block + count) * BlockBytes) - extent.OffsetBytes);
    }

    /// <summary>The blocks that lie wholly inside; the volume's last one counts as whole at the volume's end.</summary>
    private (long First, long End) WholeBlocks(long offsetBytes, long endBytes) =>
        (((offsetBytes - 1) / BlockBytes) + (offsetBytes == 0 ? 0 : 1),
            endBytes == LengthBytes ? store.Map.BlockCount : endBytes / BlockBytes);

    private void ReadOverlay(long offsetBytes, Memory<byte> part)
    {
        try
        {
            store.Read(offsetBytes, part.Span);
        }
        catch (IOException e)
        {
            throw new VolumeReadException(new Extent(offsetBytes, part.Length), e.Message, e);
        }
    }

    private async ValueTask WriteRegionAsync(
        long offsetBytes, ReadOnlyMemory<byte> source, ReadScratch scratch, CancellationToken cancellationToken)
    {
        var (first, end) = WholeBlocks(offsetBytes, offsetBytes + source.Length);
        if (end <= first)
        {
            await WriteEdgesAsync(offsetBytes, source, scratch, cancellationToken);
            return;
        }

        var head = (int)((first * BlockBytes) - offsetBytes);
        var whole = (int)Math.Min((end - first) * BlockBytes, source.Length - head);
        await WriteEdgesAsync(offsetBytes, source[..head], scratch, cancellationToken);
        store.WriteBlocks(first, source.Span.Slice(head, whole));
        await WriteEdgesAsync(end * BlockBytes, source[(head + whole)..], scratch, cancellationToken);
    }

    private async ValueTask ZeroRegionAsync(
        long offsetBytes, ReadOnlyMemory<byte> zeros, ReadScratch scratch, CancellationToken cancellationToken)
    {
        var (first, end) = WholeBlocks(offsetBytes, offsetBytes + zeros.Length);
        if (end <= first)
        {
            await WriteEdgesAsync(offsetBytes, zeros, scratch, cancellationToken);
            return;
        }

        var head = (int)((first * BlockBytes) - offsetBytes);
        var whole = (int)Math.Min((end - first) * BlockBytes, zeros.Length - head);
        await WriteEdgesAsync(offsetBytes, zeros[..head], scratch, cancellationToken);
        store.Zero(first, end - first);
        await WriteEdgesAsync(end * BlockBytes, zeros[(head + whole)..], scratch, cancellationToken);
    }

    /// <summary>Writes to parts of blocks: at most of two that are neighbours.</summary>
    private async ValueTask WriteEdgesAsync(
        long offsetBytes, ReadOnlyMemory<byte> source, ReadScratch scratch, CancellationToken cancellationToken)
    {
        while (!source.IsEmpty)
        {
            var part = source[..(int)Math.Min(source.Length, BlockBytes - (offsetBytes % BlockBytes))];
            await WritePartAsync(offsetBytes, part, scratch, cancellationToken);
            offsetBytes += part.Length;
            source = source[part.Length..];
        }
    }

    private async ValueTask WritePartAsync(
        long offsetBytes, ReadOnlyMemory<byte> part, ReadScratch scratch, CancellationToken cancellationToken)
    {
        var block = offsetBytes / BlockBytes;
        if (store.Map.Run(block, 1).State == BlockState.Data)
        {
            store.WritePart(offsetBytes, part.Span);
            return;
        }

        var start = block * BlockBytes;
        var content = scratch.Block.AsMemory(0, (int)Math.Min(BlockBytes, LengthBytes - start));
        await ReadAsync(start, content, scratch, cancellationToken);
        part.CopyTo(content[(int)(offsetBytes - start)..]);
        store.WriteBlocks(block, content.Span);
    }
}
