using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Reading;

namespace BackupEngine.DataPlane.Restore;

/// <summary>
/// The part of a volume that is planned at once: some leaves that hold data, in the order of the volume. The planner
/// fills it; workers read it; when the last of them lets go it is free for the next part.
/// </summary>
internal sealed class RestoreWindow(TreeShape shape, int maximumLeaves, Action<RestoreWindow> free) : IDisposable
{
    private readonly long[] _leaves = new long[maximumLeaves];
    private readonly bool[] _isRight = new bool[maximumLeaves * TreeShape.FanOut];
    private int _leafCount;
    private int _users;
    private int _comparing;
    private readonly ManualResetEventSlim _compared = new(initialState: false, spinCount: 0);

    /// <summary>What is read from packs for it.</summary>
    public ChunkReadPlan Plan { get; } = new(maximumLeaves * TreeShape.FanOut);

    /// <summary>Leaves in it.</summary>
    public int LeafCount => _leafCount;

    /// <summary>Number of places: 256 for each leaf, only the volume's last one may have fewer.</summary>
    public int Places => _leafCount == 0
        ? 0
        : ((_leafCount - 1) * TreeShape.FanOut) + shape.ChunksInLeaf(_leaves[_leafCount - 1]);

    /// <summary>Where it begins on the volume.</summary>
    public long StartBytes => _leaves[0] * shape.LeafSpanBytes;

    /// <summary>Where it ends on the volume.</summary>
    public long EndBytes => shape.ExtentOf(0, _leaves[_leafCount - 1]).EndBytes;

    /// <summary>Empties it, for its first user.</summary>
    public void Reset()
    {
        _leafCount = 0;
        _users = 1;
        _isRight.AsSpan().Clear();
        Plan.Clear();
    }

    /// <summary>Adds a leaf; its ids are to be written into what is returned.</summary>
    public Memory<ChunkId> AddLeaf(long leafIndex)
    {
        _leaves[_leafCount] = leafIndex;
        return Plan.Ids.Slice(_leafCount++ * TreeShape.FanOut, shape.ChunksInLeaf(leafIndex));
    }

    /// <summary>Takes the leaf back that was added last: it could not be read.</summary>
    public void RemoveLastLeaf() => _leafCount--;

    /// <summary>The chunk of the volume that a place stands for.</summary>
    public long ChunkAt(int place) =>
        (_leaves[place / TreeShape.FanOut] * TreeShape.FanOut) + (place % TreeShape.FanOut);

    /// <summary>The id that the chunk of a place shall have.</summary>
    public ChunkId IdAt(int place) => Plan.Ids.Span[place];

    /// <summary>Whether the target holds the right chunk already.</summary>
    public bool IsRight(int place) => _isRight[place];

    /// <summary>Notes that the target holds the right chunk.</summary>
    public void SetRight(int place) => _isRight[place] = true;

    /// <summary>One user more.</summary>
    public void Use() => Interlocked.Increment(ref _users);

    /// <summary>One user less; the last one frees it.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            free(this);
        }
    }

    /// <summary>Comparing begins; the planner counts as one who compares until it waits.</summary>
    public void BeginComparing()
    {
        _compared.Reset();
        _comparing = 1;
    }

    /// <summary>One more compares.</summary>
    public void AddComparing() => Interlocked.Increment(ref _comparing);

    /// <summary>One has compared.</summary>
    public void EndComparing()
    {
        if (Interlocked.Decrement(ref _comparing) == 0)
        {
            _compared.Set();
        }
    }

    /// <summary>Waits until all have compared.</summary>
    public void WaitCompared(CancellationToken cancellationToken)
    {
        EndComparing();
        _compared.Wait(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _compared.Dispose();
}
