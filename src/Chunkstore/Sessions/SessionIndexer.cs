using System.Numerics;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>
/// The second step of the commit order: when the packs of a batch are durable, their names included, an index segment
/// over them is published. Knows which packs no segment has named: those alone may be taken back.
/// </summary>
internal sealed class SessionIndexer(SessionContext context, SessionCounters counters)
{
    private readonly IndexSegmentWriter _writer = new(context.Backend, context.RepositoryId, context.SessionId);
    private readonly List<Task<SealedPack>> _unnamed = [];
    private IndexEntry[] _entries = [];

    /// <summary>Makes a batch durable and visible to everybody.</summary>
    public async Task WriteAsync(SessionBatch batch, CancellationToken cancellationToken)
    {
        _unnamed.AddRange(batch.Packs);
        var packs = await Task.WhenAll(batch.Packs);
        if (packs.Length == 0)
        {
            return;
        }

        context.Backend.FlushNames([.. packs.Select(pack => pack.Name)]);
        Array.ForEach(packs, counters.AddPack);
        var entries = Sorted(batch.Chunks);
        NumberPacks(entries.Span, packs);
        var id = new SegmentId(context.Ids.Next());

        // Once the segment may be there, others may rely on these packs.
        var lines = packs.Select(pack => pack.IndexLine).ToArray();
        var length = await _writer.WriteAsync(id, lines, entries, _unnamed.Clear, cancellationToken);
        counters.AddMetadata(length);
        context.Catalog.Add(id);
    }

    /// <summary>
    /// Deletes sealed packs that no segment has ever named, while the session is registered: who makes the index again
    /// leaves them alone so long. What cannot be deleted is left to garbage collection.
    /// </summary>
    public void TakeBack(IEnumerable<Task<SealedPack>> packs)
    {
        foreach (var pack in _unnamed.Concat(packs).Where(pack => pack.IsCompletedSuccessfully))
        {
            try
            {
                if (!IsRegistered())
                {
                    return;
                }

                context.Backend.Delete(pack.Result.Name);
            }
            catch (RepositoryException)
            {
                // The failure that ended the session is the one to be told.
            }
        }
    }

    /// <summary>Who was ended by somebody does not know who relies on its packs by now.</summary>
    private bool IsRegistered() =>
        context.Backend.FindLength(new ObjectName(ObjectKind.Session, context.SessionId.ToString())) is not null;

    /// <summary>The entries of a batch, in memory that the next batch uses again.</summary>
    private Memory<IndexEntry> Sorted(NewChunkSet chunks)
    {
        if (_entries.Length < chunks.Count)
        {
            _entries =
                GC.AllocateUninitializedArray<IndexEntry>((int)BitOperations.RoundUpToPowerOf2((uint)chunks.Count));
        }

        chunks.CopySorted(_entries.AsSpan(0, chunks.Count));
        return _entries.AsMemory(0, chunks.Count);
    }

    /// <summary>Turns the session's pack numbers into lines of the segment's pack table.</summary>
    private static void NumberPacks(Span<IndexEntry> entries, SealedPack[] packs)
    {
        var lines = packs.Index().ToDictionary(pack => pack.Item.Number, pack => (uint)pack.Index);
        foreach (ref var entry in entries)
        {
            entry = entry with { Pack = lines[entry.Pack] };
        }
    }
}
