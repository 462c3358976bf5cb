using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Restore;

/// <summary>
/// Restores leaves one after the other, on a thread of its own, window by window. A window is as much as one
/// transfer writes; its chunks are read and checked against their ids before any of it is written.
/// </summary>
internal sealed class RestoreWorker(
    TreeShape shape,
    ManifestTreeReader tree,
    ChunkReader chunks,
    TargetWriter writer,
    Memory<byte> buffer,
    ProgressCounter progress)
{
    private readonly ChunkId[] _ids = new ChunkId[TreeShape.FanOut];
    private readonly List<ChunkReadRequest> _requests = new(TreeShape.FanOut);
    private readonly int _windowChunks = Math.Min(TreeShape.FanOut, buffer.Length / shape.ChunkSizeBytes);

    /// <summary>Restores one piece of work.</summary>
    public void Restore(RestoreWork work, CancellationToken cancellationToken)
    {
        if (work.IsZero)
        {
            var endLeaf = work.FirstLeaf + work.LeafCount;
            Zero(work.FirstLeaf * TreeShape.FanOut, endLeaf * TreeShape.FanOut, cancellationToken);
        }
        else
        {
            RestoreLeaf(work.FirstLeaf, cancellationToken);
        }
    }

    private void RestoreLeaf(long leafIndex, CancellationToken cancellationToken)
    {
        var count = shape.ChunksInLeaf(leafIndex);
        Blocking.Wait(tree.ReadLeafAsync(leafIndex, _ids.AsMemory(0, count), cancellationToken));
        for (var first = 0; first < count; first += _windowChunks)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var end = Math.Min(first + _windowChunks, count);
            RestoreWindow(leafIndex * TreeShape.FanOut, first, end, cancellationToken);
        }
    }

    /// <summary>
    /// Restores the chunks from <paramref name="first"/> to before <paramref name="end"/> of the leaf that begins
    /// at <paramref name="leafFirst"/>.
    /// </summary>
    private void RestoreWindow(long leafFirst, int first, int end, CancellationToken cancellationToken)
    {
        if (_ids.AsSpan(first, end - first).IndexOfAnyExcept(ChunkId.Zero) < 0)
        {
            Zero(leafFirst + first, leafFirst + end, cancellationToken);
            return;
        }

        Read(leafFirst, first, end, cancellationToken);
        if (writer.TargetIsZero)
        {
            WriteRuns(leafFirst, first, end, cancellationToken);
        }
        else
        {
            Write(leafFirst, first, first, end, cancellationToken);
        }
    }

    private void Read(long leafFirst, int first, int end, CancellationToken cancellationToken)
    {
        _requests.Clear();
        for (var i = first; i < end; i++)
        {
            var place = Slot(i - first, shape.ChunkLength(leafFirst + i));
            if (_ids[i].IsZero)
            {
                place.Span.Clear();
            }
            else
            {
                _requests.Add(new ChunkReadRequest(_ids[i], place));
            }
        }

        Blocking.Wait(chunks.ReadManyAsync(_requests, cancellationToken));
    }

    private void WriteRuns(long leafFirst, int first, int end, CancellationToken cancellationToken)
    {
        for (var i = first; i < end;)
        {
            var run = i;
            while (i < end && _ids[i].IsZero == _ids[run].IsZero)
            {
                i++;
            }

            if (_ids[run].IsZero)
            {
                Zero(leafFirst + run, leafFirst + i, cancellationToken);
            }
            else
            {
                Write(leafFirst, first, run, i, cancellationToken);
            }
        }
    }

    private void Write(long leafFirst, int first, int from, int to, CancellationToken cancellationToken)
    {
        var extent = ExtentOf(leafFirst + from, leafFirst + to);
        var plain = buffer.Slice((from - first) * shape.ChunkSizeBytes, (int)extent.LengthBytes);
        writer.Write(extent.OffsetBytes, plain, ZeroBytes(leafFirst, from, to), cancellationToken);
        progress.Add(extent.LengthBytes);
    }

    private int ZeroBytes(long leafFirst, int from, int to)
    {
        var bytes = 0;
        for (var i = from; i < to; i++)
        {
            bytes += _ids[i].IsZero ? shape.ChunkLength(leafFirst + i) : 0;
        }

        return bytes;
    }

    private void Zero(long firstChunk, long endChunk, CancellationToken cancellationToken)
    {
        var extent = ExtentOf(firstChunk, endChunk);
        writer.Zero(extent, cancellationToken);
        progress.Add(extent.LengthBytes);
    }

    private Extent ExtentOf(long firstChunk, long endChunk)
    {
        var offsetBytes = firstChunk * shape.ChunkSizeBytes;
        return new Extent(offsetBytes, Math.Min(endChunk * shape.ChunkSizeBytes, shape.VolumeBytes) - offsetBytes);
    }

    private Memory<byte> Slot(int index, int lengthBytes) => buffer.Slice(index * shape.ChunkSizeBytes, lengthBytes);
}
