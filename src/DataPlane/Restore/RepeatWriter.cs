using BackupEngine.Chunkstore.Reading;

namespace BackupEngine.DataPlane.Restore;

/// <summary>
/// Writes chunks that a piece wants at more than one place to the places behind the first. Where a chunk is repeated on
/// end, as on erased flash, a buffer is filled with it, so that the writes are as large as any.
/// </summary>
/// <param name="context">The restore.</param>
/// <param name="spare">A buffer that nobody needs while this writes.</param>
internal sealed class RepeatWriter(RestoreContext context, Memory<byte> spare)
{
    private readonly int _spareChunks = context.Sizes.WindowChunks;

    /// <summary>Writes them.</summary>
    /// <param name="window">Where the places are.</param>
    /// <param name="piece">The piece.</param>
    /// <param name="plain">Its chunks, checked.</param>
    /// <param name="isHarmed">Which of them are not to be used.</param>
    /// <param name="cancellationToken">Cancels between two writes.</param>
    /// <returns>Bytes written.</returns>
    public long Write(
        RestoreWindow window,
        ReadPiece piece,
        Memory<byte>[] plain,
        bool[] isHarmed,
        CancellationToken cancellationToken)
    {
        var (chunk, bytes) = (0, 0L);
        var end = piece.First + piece.Count;
        for (var entry = piece.First + 1; entry < end;)
        {
            if (!window.Plan.RepeatsBefore(entry))
            {
                chunk++;
                entry++;
                continue;
            }

            var run = RunLength(window, entry, end);
            if (!isHarmed[chunk])
            {
                WriteRun(window.ChunkAt(window.Plan.PlaceOf(entry)), run, plain[chunk], cancellationToken);
                bytes += (long)run * plain[chunk].Length;
            }

            entry += run;
        }

        return bytes;
    }

    /// <summary>How many entries from one on want its chunk on end.</summary>
    private static int RunLength(RestoreWindow window, int entry, int end)
    {
        var run = 1;
        while (entry + run < end
            && window.Plan.RepeatsBefore(entry + run)
            && window.ChunkAt(window.Plan.PlaceOf(entry + run)) == window.ChunkAt(window.Plan.PlaceOf(entry)) + run)
        {
            run++;
        }

        return run;
    }

    private void WriteRun(long chunk, int count, Memory<byte> plain, CancellationToken cancellationToken)
    {
        var size = context.Shape.ChunkSizeBytes;
        if (plain.Length != size || context.Shape.ChunkLength(chunk + count - 1) != size)
        {
            throw new InvalidOperationException("A chunk is wanted at places of different lengths.");
        }

        var copies = Math.Min(count, _spareChunks);
        if (copies > 1)
        {
            for (var i = 0; i < copies; i++)
            {
                plain.CopyTo(spare[(i * size)..]);
            }
        }

        for (var done = 0; done < count;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var part = Math.Min(copies, count - done);
            var bytes = copies > 1 ? spare[..(part * size)] : plain;
            context.Writer.Write((chunk + done) * size, bytes, isZero: false, cancellationToken);
            done += part;
        }
    }
}
