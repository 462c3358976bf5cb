using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Reading;
using BackupEngine.Chunkstore.Stages;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Restore;

/// <summary>
/// Turns a backup into work, window by window in the order of the volume, and within a window in the order of packs.
/// While the workers are busy with one window the next one is planned. On a thread of its own, which waits for the
/// workers.
/// </summary>
internal sealed class RestorePlanner(RestoreContext context, WorkQueue<RestoreWork> work) : IDisposable
{
    private const long ComparedZeroBytes = 16L << 20;
    private const long ZeroBytes = 1L << 30;

    private readonly WorkQueue<RestoreWindow> _free = new(RestoreSizes.Plans);
    private readonly List<RestoreWindow> _windows = [];
    private readonly PlannedReader _prefetcher = context.Chunks.OpenPlanned(context.Sizes.WindowChunks);
    private StageClock? _clock;
    private int _leafLimit = Math.Min(RestoreSizes.FirstPlanLeaves, context.Sizes.PlanLeaves);

    /// <summary>Plans the whole volume.</summary>
    public void Run(CancellationToken cancellationToken)
    {
        _clock = context.Stages.NewClock();
        for (var i = 0; i < RestoreSizes.Plans; i++)
        {
            _windows.Add(new RestoreWindow(context.Shape, context.Sizes.PlanLeaves, Free));
            Free(_windows[i]);
        }

        var window = Take(cancellationToken);
        var next = 0L;
        foreach (var leaf in Leaves(cancellationToken))
        {
            ZeroLeaves(next, leaf, cancellationToken);
            AddLeaf(window, leaf, cancellationToken);
            next = leaf + 1;
            if (window.LeafCount == _leafLimit)
            {
                Dispatch(window, cancellationToken);
                window = Take(cancellationToken);
            }
        }

        ZeroLeaves(next, context.Shape.LeafCount, cancellationToken);
        Dispatch(window, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _windows.ForEach(window => window.Dispose());
        _prefetcher.Dispose();
    }

    private void Free(RestoreWindow window) => _free.Put(window, CancellationToken.None);

    private RestoreWindow Take(CancellationToken cancellationToken)
    {
        _free.TryTake(out var window, cancellationToken);
        window.Reset();
        return window;
    }

    /// <summary>The leaves that are not all zeros. Below a damaged node each is looked for by itself.</summary>
    private IEnumerable<long> Leaves(CancellationToken cancellationToken)
    {
        var next = 0L;
        var leaves = context.Tree.NonZeroLeavesAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            while (TryMoveNext(leaves, ref next))
            {
                yield return leaves.Current;
            }
        }
        finally
        {
            Blocking.Wait(leaves.DisposeAsync());
        }

        for (; next < context.Shape.LeafCount; next++)
        {
            yield return next;
        }
    }

    /// <summary>Moves on; false at the end, and where a node is damaged.</summary>
    private bool TryMoveNext(IAsyncEnumerator<long> leaves, ref long next)
    {
        try
        {
            var isThere = Blocking.Wait(leaves.MoveNextAsync());
            next = isThere ? leaves.Current + 1 : context.Shape.LeafCount;
            return isThere;
        }
        catch (CorruptDataException) when (context.Harmed is not null)
        {
            return false;
        }
    }

    private void AddLeaf(RestoreWindow window, long leaf, CancellationToken cancellationToken)
    {
        _clock!.Start();
        try
        {
            Blocking.Wait(context.Tree.ReadLeafAsync(leaf, window.AddLeaf(leaf), cancellationToken));
        }
        catch (CorruptDataException cause) when (context.Harmed is not null)
        {
            window.RemoveLastLeaf();
            context.Harmed.Add(context.Shape.ExtentOf(0, leaf), cause);
        }

        _clock.Mark(Stage.Tree);
    }

    private void ZeroLeaves(long first, long end, CancellationToken cancellationToken)
    {
        if (first == end)
        {
            return;
        }

        var extent = context.ExtentOf(first * TreeShape.FanOut, (end - first) * TreeShape.FanOut);
        context.Resume?.Advance(extent.EndBytes);
        for (var offset = extent.OffsetBytes; offset < extent.EndBytes;)
        {
            var compare = context.Compares(offset);
            var length = Math.Min(compare ? ComparedZeroBytes : ZeroBytes, extent.EndBytes - offset);
            work.Put(RestoreWork.Zero(new Extent(offset, length), compare), cancellationToken);
            offset += length;
        }
    }

    private void Dispatch(RestoreWindow window, CancellationToken cancellationToken)
    {
        if (window.LeafCount > 0)
        {
            context.Resume?.Advance(window.EndBytes);
            if (context.Compares(window.StartBytes))
            {
                Compare(window, cancellationToken);
            }

            DispatchZeros(window, cancellationToken);
            DispatchPieces(window, cancellationToken);
            _leafLimit = Math.Min(4 * _leafLimit, context.Sizes.PlanLeaves);
        }

        window.Release();
    }

    private void Compare(RestoreWindow window, CancellationToken cancellationToken)
    {
        window.BeginComparing();
        for (var place = 0; place < window.Places && context.Compares(OffsetAt(window, place));)
        {
            var first = place++;
            while (place < window.Places
                && place - first < context.Sizes.WindowChunks
                && window.ChunkAt(place) == window.ChunkAt(first) + place - first)
            {
                place++;
            }

            window.AddComparing();
            var extent = context.ExtentOf(window.ChunkAt(first), place - first);
            work.Put(RestoreWork.Compare(window, first, extent), cancellationToken);
        }

        window.WaitCompared(cancellationToken);
    }

    private void DispatchZeros(RestoreWindow window, CancellationToken cancellationToken)
    {
        for (var place = 0; place < window.Places;)
        {
            var first = place++;
            if (!IsZeroToMake(window, first))
            {
                continue;
            }

            while (place < window.Places
                && IsZeroToMake(window, place)
                && window.ChunkAt(place) == window.ChunkAt(first) + place - first)
            {
                place++;
            }

            var extent = context.ExtentOf(window.ChunkAt(first), place - first);
            work.Put(RestoreWork.Zero(extent, compare: false), cancellationToken);
        }
    }

    private void DispatchPieces(RestoreWindow window, CancellationToken cancellationToken)
    {
        Locate(window);
        for (var entry = 0; entry < window.Plan.Count;)
        {
            var piece = window.Plan.PieceAt(entry, context.Sizes.WindowChunks, context.Sizes.PackBytes);
            _prefetcher.Prefetch(window.Plan, piece);
            window.Use();
            work.Put(RestoreWork.Read(window, piece), cancellationToken);
            entry += piece.Count;
        }
    }

    private void Locate(RestoreWindow window)
    {
        _clock!.Start();
        for (var place = 0; place < window.Places; place++)
        {
            if (!window.IsRight(place) && !window.IdAt(place).IsZero)
            {
                window.Plan.Want(place);
            }
        }

        context.Chunks.LocateAll(
            window.Plan,
            context.Harmed is null ? null : (place, cause) => context.AddHarmed(window.ChunkAt(place), cause));
        _clock.Mark(Stage.Lookup);
    }

    private long OffsetAt(RestoreWindow window, int place) => window.ChunkAt(place) * context.Shape.ChunkSizeBytes;

    private static bool IsZeroToMake(RestoreWindow window, int place) =>
        !window.IsRight(place) && window.IdAt(place).IsZero;
}
