using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Stages;

namespace BackupEngine.DataPlane.Restore;

/// <summary>Reads the target, and tells what of it is right already. For one thread.</summary>
internal sealed class RangeComparer(RestoreContext context, StageClock clock, Memory<byte> buffer)
{
    private readonly int _chunkBytes = context.Shape.ChunkSizeBytes;

    /// <summary>Notes in the window which chunks of an extent need not be written.</summary>
    public void Compare(RestoreWindow window, int firstPlace, Extent extent, CancellationToken cancellationToken)
    {
        var held = context.Writer.Read(extent, buffer, cancellationToken).Span;
        clock.Mark(Stage.TargetRead, extent.LengthBytes);
        for (var place = firstPlace; held.Length > 0; place++)
        {
            var chunk = held[..Math.Min(_chunkBytes, held.Length)];
            var id = window.IdAt(place);
            if (id.IsZero ? ZeroScan.IsZero(chunk) : context.Hasher.Hash(chunk) == id)
            {
                window.SetRight(place);
                context.Writer.AddSame(chunk.Length);
            }

            held = held[chunk.Length..];
        }

        clock.Mark(Stage.Verify, extent.LengthBytes);
    }

    /// <summary>Makes those chunks of an extent zero that are not.</summary>
    public void CompareZero(Extent extent, CancellationToken cancellationToken)
    {
        for (var offset = extent.OffsetBytes; offset < extent.EndBytes;)
        {
            var part = new Extent(offset, Math.Min(buffer.Length, extent.EndBytes - offset));
            var held = context.Writer.Read(part, buffer, cancellationToken);
            clock.Mark(Stage.TargetRead, part.LengthBytes);
            ZeroDifferences(part, held.Span, cancellationToken);
            clock.Mark(Stage.Zeroing, part.LengthBytes);
            offset = part.EndBytes;
        }
    }

    private void ZeroDifferences(Extent part, ReadOnlySpan<byte> held, CancellationToken cancellationToken)
    {
        for (var at = 0; at < held.Length;)
        {
            var isZero = IsZeroAt(held, at);
            var end = at;
            while (end < held.Length && IsZeroAt(held, end) == isZero)
            {
                end = Math.Min(end + _chunkBytes, held.Length);
            }

            if (isZero)
            {
                context.Writer.AddSame(end - at);
            }
            else
            {
                context.Writer.Zero(new Extent(part.OffsetBytes + at, end - at), cancellationToken);
            }

            at = end;
        }
    }

    private bool IsZeroAt(ReadOnlySpan<byte> held, int at) =>
        ZeroScan.IsZero(held.Slice(at, Math.Min(_chunkBytes, held.Length - at)));
}
