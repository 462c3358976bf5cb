using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>
/// What a session has stored since its last index segment: makes two lanes that meet the same new chunk store it once,
/// and is what the next segment is written from. Cut into stripes, each with its own lock.
/// </summary>
internal sealed class NewChunkSet
{
    private const int StripeBits = 4;

    private readonly NewChunkTable[] _stripes;
    private int _count;

    public NewChunkSet()
    {
        _stripes = new NewChunkTable[1 << StripeBits];
        for (var i = 0; i < _stripes.Length; i++)
        {
            _stripes[i] = new NewChunkTable();
        }
    }

    /// <summary>Chunks in the set.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>What a set of so many chunks takes, in bytes.</summary>
    public static long BytesFor(long chunks) => NewChunkTable.BytesFor((chunks >> StripeBits) + 1) << StripeBits;

    /// <summary>Takes a chunk on: true for the one caller that is to store it.</summary>
    public bool TryClaim(UInt128 prefix)
    {
        var stripe = StripeOf(prefix);
        lock (stripe)
        {
            if (!stripe.TryClaim(prefix))
            {
                return false;
            }
        }

        Interlocked.Increment(ref _count);
        return true;
    }

    /// <summary>Says where a claimed chunk was put.</summary>
    public void Complete(in IndexEntry entry)
    {
        var stripe = StripeOf(entry.Prefix);
        lock (stripe)
        {
            stripe.Complete(entry);
        }
    }

    public bool Contains(UInt128 prefix)
    {
        var stripe = StripeOf(prefix);
        lock (stripe)
        {
            return stripe.Contains(prefix);
        }
    }

    /// <summary>Copies all entries, sorted, to a place of <see cref="Count"/> entries. Nobody may be adding.</summary>
    public void CopySorted(Span<IndexEntry> destination)
    {
        var copied = 0;
        foreach (var stripe in _stripes)
        {
            copied += stripe.CopyTo(destination[copied..]);
        }

        destination.Sort(default(IndexEntryOrder));
    }

    /// <summary>Forgets everything, and keeps the memory for what comes next. Nobody may be adding.</summary>
    public void Clear()
    {
        foreach (var stripe in _stripes)
        {
            lock (stripe)
            {
                stripe.Clear();
            }
        }

        Volatile.Write(ref _count, 0);
    }

    /// <summary>Stripes are chosen by bits that the tables do not use.</summary>
    private NewChunkTable StripeOf(UInt128 prefix) => _stripes[(int)((ulong)prefix >> (64 - StripeBits))];
}
