using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.Nbd.Server.Overlay;

/// <summary>The blocks of an overlay and their map, in a file. Safe to use from many threads.</summary>
/// <remarks>
/// What must never change: a page of the map is written only after the blocks that it tells of are durable, and only
/// over the older of its two places. So a crash at any moment leaves the map of some flush whole, with its blocks.
/// </remarks>
internal sealed class OverlayStore : IDisposable
{
    private const int PagesAtOnce = 256;

    private readonly IOverlayFile _file;
    private readonly long _dataOffset;
    private readonly SemaphoreSlim _flushing = new(1);
    private readonly List<(int Page, long Sequence)> _saved = [];
    private readonly byte[] _pages = new byte[PagesAtOnce * OverlayLayout.BlockBytes];
    private volatile IOException? _broken;

    /// <summary>Set when a change is complete, never before: a flush that sees it makes all of it lasting.</summary>
    private volatile int _isChanged;

    /// <summary>Opens an overlay and reads its map.</summary>
    /// <exception cref="UsageException">The map is damaged.</exception>
    public OverlayStore(IOverlayFile file, long volumeBytes)
    {
        _file = file;
        _dataOffset = OverlayLayout.DataOffset(volumeBytes);
        Map = new OverlayMap(OverlayLayout.BlockCount(volumeBytes));
        LoadMap(OverlayLayout.PageCount(volumeBytes));
    }

    /// <summary>The state of every block.</summary>
    public OverlayMap Map { get; }

    /// <summary>Reads what blocks have in the overlay.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public void Read(long offsetBytes, Span<byte> buffer) => _file.Read(_dataOffset + offsetBytes, buffer);

    /// <summary>Writes whole blocks; the volume's last one may be shorter.</summary>
    /// <exception cref="IOException">It cannot be written, or could not be flushed before.</exception>
    public void WriteBlocks(long block, ReadOnlySpan<byte> buffer)
    {
        RequireWhole();
        _file.Write(_dataOffset + (block * OverlayLayout.BlockBytes), buffer);
        Map.Set(block, ((buffer.Length - 1) / OverlayLayout.BlockBytes) + 1, BlockState.Data);
        _isChanged = 1;
    }

    /// <summary>Writes to a part of a block whose data are in the overlay already.</summary>
    /// <exception cref="IOException">It cannot be written, or could not be flushed before.</exception>
    public void WritePart(long offsetBytes, ReadOnlySpan<byte> buffer)
    {
        RequireWhole();
        _file.Write(_dataOffset + offsetBytes, buffer);
        _isChanged = 1;
    }

    /// <summary>Sets blocks to zeros and gives their space back.</summary>
    public void Zero(long block, long count)
    {
        RequireWhole();
        for (var end = block + count; block < end;)
        {
            var (state, same) = Map.Run(block, end - block);
            Map.Set(block, same, BlockState.Zero);
            if (state == BlockState.Data)
            {
                _file.Discard(
                    _dataOffset + (block * OverlayLayout.BlockBytes), same * OverlayLayout.BlockBytes);
            }

            block += same;
        }

        _isChanged = 1;
    }

    /// <summary>Makes lasting whatever had been written and set before.</summary>
    /// <exception cref="IOException">
    /// It could not be: from then on nothing is written any more: what the kernel has lost it does not tell twice.
    /// </exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await _flushing.WaitAsync(cancellationToken);
        try
        {
            RequireWhole();
            if (Interlocked.Exchange(ref _isChanged, 0) != 0)
            {
                Flush();
            }
        }
        catch (IOException e) when (_broken is null)
        {
            _broken = e;
            throw;
        }
        finally
        {
            _flushing.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _flushing.Dispose();
    }

    private void Flush()
    {
        bool isMore;
        do
        {
            isMore = Map.SaveDirty(_pages, _saved);
            _file.Flush();
            for (var i = 0; i < _saved.Count; i++)
            {
                var (page, sequence) = _saved[i];
                var content = _pages.AsSpan(i * OverlayLayout.BlockBytes, OverlayLayout.BlockBytes);
                _file.Write(OverlayLayout.PageOffset(page, PlaceOf(sequence)), content);
            }
        }
        while (isMore);
        if (_saved.Count > 0)
        {
            _file.Flush();
        }
    }

    private void LoadMap(int pageCount)
    {
        var places = new byte[OverlayLayout.PlacesOfPage * OverlayLayout.BlockBytes];
        for (var page = 0; page < pageCount; page++)
        {
            _file.Read(OverlayLayout.PageOffset(page, place: 0), places);
            if (!places.AsSpan().ContainsAnyExcept((byte)0))
            {
                continue;
            }

            var first = places.AsSpan(0, OverlayLayout.BlockBytes);
            var second = places.AsSpan(OverlayLayout.BlockBytes);
            var (one, two) = (SequenceAt(0, first), SequenceAt(1, second));
            if (Math.Max(one, two) < 0)
            {
                throw new UsageException(
                    $"Page {page} of the overlay's map is damaged in both of its places: which blocks were written is "
                    + "not known, so nothing is served. Nothing was changed.");
            }

            if (Math.Max(one, two) > 0)
            {
                Map.Load(page, one > two ? first : second);
            }
        }
    }

    /// <summary>0 where the place was never written; -1 where it is damaged, or was being written in a crash.</summary>
    private static long SequenceAt(int place, ReadOnlySpan<byte> page)
    {
        if (!page.ContainsAnyExcept((byte)0))
        {
            return 0;
        }

        var sequence = OverlayPage.SequenceOf(page);
        return OverlayLayout.IsSealed(page) && sequence > 0 && PlaceOf(sequence) == place ? sequence : -1;
    }

    private static int PlaceOf(long sequence) => (int)(sequence % OverlayLayout.PlacesOfPage);

    private void RequireWhole()
    {
        if (_broken is { } broken)
        {
            throw new IOException($"The overlay could not be flushed before: {broken.Message}", broken);
        }
    }
}
