using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BackupEngine.Chunkstore.Manifests.Nodes;

namespace BackupEngine.Chunkstore.Manifests;

/// <summary>Walks two trees side by side, down only where their references differ.</summary>
/// <remarks>
/// Equal references are equal content, whatever the volumes' sizes: a node's id covers all below it, and a sentinel
/// says the same of every chunk. Different references may still be equal content (a patch and a full node), so stored
/// nodes are compared down to their chunks.
/// </remarks>
internal sealed class TreeDifference
{
    private readonly ManifestTreeReader _left;
    private readonly ManifestTreeReader _right;

    /// <summary>The chunks that both volumes have, the shorter one's short last chunk included.</summary>
    private readonly TreeShape _common;

    /// <summary>Prepares the walk; nothing is read yet.</summary>
    /// <exception cref="ArgumentException">The chunk sizes are different.</exception>
    public TreeDifference(ManifestTreeReader left, ManifestTreeReader right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (left.Root.Shape.ChunkSizeBytes != right.Root.Shape.ChunkSizeBytes)
        {
            throw new ArgumentException(
                $"Trees over chunks of {left.Root.Shape.ChunkSizeBytes} and {right.Root.Shape.ChunkSizeBytes} bytes "
                + "cannot be compared.");
        }

        _left = left;
        _right = right;
        _common = left.Root.Shape.VolumeBytes <= right.Root.Shape.VolumeBytes ? left.Root.Shape : right.Root.Shape;
    }

    /// <summary>The differing ranges, neighbours merged, in order.</summary>
    public async IAsyncEnumerable<Extent> ExtentsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var run = default(Extent);
        await foreach (var extent in CommonPartAsync(cancellationToken))
        {
            if (run.EndBytes == extent.OffsetBytes && run.LengthBytes > 0)
            {
                run = run with { LengthBytes = run.LengthBytes + extent.LengthBytes };
                continue;
            }

            if (run.LengthBytes > 0)
            {
                yield return run;
            }

            run = extent;
        }

        var end = Math.Max(_left.Root.Shape.VolumeBytes, _right.Root.Shape.VolumeBytes);
        var beyond = new Extent(_common.VolumeBytes, end - _common.VolumeBytes);
        if (run.LengthBytes > 0 && run.EndBytes == beyond.OffsetBytes)
        {
            beyond = new Extent(run.OffsetBytes, end - run.OffsetBytes);
        }
        else if (run.LengthBytes > 0)
        {
            yield return run;
        }

        if (beyond.LengthBytes > 0)
        {
            yield return beyond;
        }
    }

    private async IAsyncEnumerable<Extent> CommonPartAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var level = _common.RootLevel;
        var open = new Stack<Pair>();
        open.Push(new Pair(
            level,
            0,
            await _left.FindAsync(level, 0, cancellationToken),
            await _right.FindAsync(level, 0, cancellationToken)));
        while (open.TryPop(out var pair))
        {
            if (pair.IsEqual)
            {
                continue;
            }

            if (pair.IsWhollyDifferent)
            {
                yield return ExtentOf(pair);
                continue;
            }

            await PushChildrenAsync(pair, open, cancellationToken);
        }
    }

    private async ValueTask PushChildrenAsync(Pair pair, Stack<Pair> open, CancellationToken cancellationToken)
    {
        var left = await _left.ChildrenAsync(pair.Left, pair.Level, pair.Index, cancellationToken);
        var right = await _right.ChildrenAsync(pair.Right, pair.Level, pair.Index, cancellationToken);
        for (var child = _common.ChildCount(pair.Level, pair.Index) - 1; child >= 0; child--)
        {
            open.Push(new Pair(
                pair.Level - 1,
                (pair.Index * TreeShape.FanOut) + child,
                left.Span[child],
                right.Span[child]));
        }
    }

    private Extent ExtentOf(Pair pair)
    {
        if (pair.Level >= 0)
        {
            return _common.ExtentOf(pair.Level, pair.Index);
        }

        return new Extent(pair.Index * _common.ChunkSizeBytes, _common.ChunkLength(pair.Index));
    }

    /// <summary>What both trees hold at one place; level -1 are chunks.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Pair(int Level, long Index, NodeReference Left, NodeReference Right)
    {
        public bool IsEqual => Left.Kind == Right.Kind && Left.Id == Right.Id;

        /// <summary>Chunks, or two sentinels of which one is not the other.</summary>
        public bool IsWhollyDifferent =>
            Level < 0 || (Left.Kind != ReferenceKind.Stored && Right.Kind != ReferenceKind.Stored);
    }
}
