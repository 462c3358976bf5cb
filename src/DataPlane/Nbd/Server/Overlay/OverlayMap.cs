namespace BackupEngine.DataPlane.Nbd.Server.Overlay;

/// <summary>The state of every block. Pages of which no block was ever written take no memory. Safe to use from many
/// threads.</summary>
/// <remarks>Memory: 4 KiB for each 63.75 MiB of volume that was written to; 64 MiB for a whole TiB.</remarks>
internal sealed class OverlayMap(long blockCount)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, OverlayPage> _pages = [];

    /// <summary>Number of blocks.</summary>
    public long BlockCount => blockCount;

    /// <summary>The state of a block, and how many from it on have the same, at least 1.</summary>
    /// <param name="block">The block.</param>
    /// <param name="most">Blocks that are looked at, at least 1.</param>
    public (BlockState State, long Count) Run(long block, long most)
    {
        lock (_gate)
        {
            var state = StateOf(block);
            var count = 0L;
            while (count < most && StateOf(block + count) == state)
            {
                count += CountInPage(block + count, most - count);
            }

            return (state, count);
        }
    }

    /// <summary>Sets the state of blocks.</summary>
    public void Set(long block, long count, BlockState state)
    {
        lock (_gate)
        {
            for (var end = block + count; block < end;)
            {
                var (page, first) = Place(block);
                var inPage = (int)Math.Min(OverlayLayout.BlocksInPage - first, end - block);
                PageOf(page).Set(first, inPage, state);
                block += inPage;
            }
        }
    }

    /// <summary>Takes over a page of the file that is whole.</summary>
    public void Load(int page, ReadOnlySpan<byte> content)
    {
        lock (_gate)
        {
            PageOf(page).Load(content);
        }
    }

    /// <summary>Writes dirty pages as they are now, as they are to be in the file; they are not dirty then.</summary>
    /// <param name="pages">Place for some pages.</param>
    /// <param name="saved">Told which page each is, and its sequence number.</param>
    /// <returns>Whether there were dirty pages for which there was no place.</returns>
    public bool SaveDirty(Span<byte> pages, List<(int Page, long Sequence)> saved)
    {
        saved.Clear();
        lock (_gate)
        {
            foreach (var (index, page) in _pages)
            {
                if (!page.IsDirty)
                {
                    continue;
                }

                if (pages.IsEmpty)
                {
                    return true;
                }

                page.Save(pages[..OverlayLayout.BlockBytes]);
                saved.Add((index, page.Sequence));
                pages = pages[OverlayLayout.BlockBytes..];
            }
        }

        return false;
    }

    private static (int Page, int Block) Place(long block) =>
        ((int)(block / OverlayLayout.BlocksInPage), (int)(block % OverlayLayout.BlocksInPage));

    private OverlayPage PageOf(int index)
    {
        if (!_pages.TryGetValue(index, out var page))
        {
            page = new OverlayPage();
            _pages.Add(index, page);
        }

        return page;
    }

    private BlockState StateOf(long block)
    {
        var (page, first) = Place(block);
        return _pages.TryGetValue(page, out var found) ? found[first] : BlockState.Base;
    }

    private long CountInPage(long block, long most)
    {
        var (page, first) = Place(block);
        var inPage = (int)Math.Min(OverlayLayout.BlocksInPage - first, most);
        return _pages.TryGetValue(page, out var found) ? found.CountSame(first, inPage) : inPage;
    }
}
