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
    /// Deletes sealed packs that no segment has ever named. The session's record says so before: who makes the index
    /// again leaves these packs alone, and nobody ends the session meanwhile. What cannot be deleted, and the packs of
    /// a session that was ended, are left to garbage collection.
    /// </summary>
    public void TakeBack(IEnumerable<Task<SealedPack>> packs)
    {
        var unnamed = _unnamed.Concat(packs).Where(pack => pack.IsCompletedSuccessfully).ToList();
        try
        {
            if (unnamed.Count > 0 && context.Sessions.TryBeginTakingBack(context.SessionId))
            {
                unnamed.ForEach(pack => TryDelete(pack.Result.Name));
                context.Sessions.EndTakingBack(context.SessionId);
            }
        }
        catch (RepositoryException)
        {
            // The failure that ended the session is the one to be told.
        }
    }

    private void TryDelete(ObjectName pack)
    {
        try
        {
            // Its record goes before all packs are gone only where its process was taken for dead.
            if (context.Sessions.IsTakingBack(context.SessionId))
            {
                context.Backend.Delete(pack);
            }
        }
        catch (RepositoryException)
        {
            // It stays, and is never tried again.
        }
    }

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
