using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Nbd.Server.Volumes;

/// <summary>What parts of a volume are zeros, as a list from some offset on; neighbours of one kind are one.</summary>
internal sealed class AllocationMap
{
    private readonly List<AllocationRun> _runs = [];
    private int _mostRuns;

    /// <summary>The runs, in the order of the volume.</summary>
    public ReadOnlySpan<AllocationRun> Runs => CollectionsMarshal.AsSpan(_runs);

    /// <summary>Number of runs.</summary>
    public int Count => _runs.Count;

    /// <summary>Length of all of them, in bytes.</summary>
    public long LengthBytes { get; private set; }

    /// <summary>Whether there is no place for a further run.</summary>
    public bool IsFull => _runs.Count >= _mostRuns;

    /// <summary>One of the runs.</summary>
    public AllocationRun this[int index] => _runs[index];

    /// <summary>Begins anew.</summary>
    /// <param name="mostRuns">Runs that are listed at most, at least 1.</param>
    public void Clear(int mostRuns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostRuns, 1);
        _mostRuns = mostRuns;
        _runs.Clear();
        LengthBytes = 0;
    }

    /// <summary>Adds what follows.</summary>
    /// <returns>False where there was no place for it, and the map ends before it.</returns>
    public bool TryAdd(long lengthBytes, bool isZero)
    {
        if (_runs.Count > 0 && _runs[^1].IsZero == isZero)
        {
            _runs[^1] = new AllocationRun(_runs[^1].LengthBytes + lengthBytes, isZero);
        }
        else if (!IsFull)
        {
            _runs.Add(new AllocationRun(lengthBytes, isZero));
        }
        else
        {
            return false;
        }

        LengthBytes += lengthBytes;
        return true;
    }
}
