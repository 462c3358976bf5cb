using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Checkpoints;

/// <summary>
/// The leaves that a run has finished since its last checkpoint, and the publication of them. Safe to use from many
/// threads.
/// </summary>
/// <remarks>
/// A leaf is noted when it is in the tree, so all its chunks and its node are stored or known by then. They are taken
/// out while no lane is inside the store, together with the packs to be sealed, and published only when those packs and
/// their index are durable: whatever a published leaf needs is durable then.
/// </remarks>
internal sealed class CheckpointLog(
    CheckpointCatalog catalog, SessionId session, BackupWriterOptions options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private List<FinishedLeaf> _leaves = [];
    private CheckpointWork? _work;
    private ulong _number;
    private long _last = time.GetTimestamp();

    /// <summary>Why checkpoints are no longer published, in words; null while they are.</summary>
    public string? Failure { get; private set; }

    /// <summary>Whether enough was noted, or enough time has passed since the last checkpoint.</summary>
    public bool IsDue
    {
        get
        {
            lock (_lock)
            {
                return _leaves.Count >= Checkpoint.MaximumLeaves
                    || (_leaves.Count > 0 && time.GetElapsedTime(_last) >= options.CheckpointTime);
            }
        }
    }

    /// <summary>
    /// Notes leaves from now on; the numbers of their checkpoints follow <paramref name="lastNumber"/>.
    /// </summary>
    public void Start(CheckpointWork work, ulong lastNumber)
    {
        lock (_lock)
        {
            _work = work;
            _number = lastNumber;
            _last = time.GetTimestamp();
        }
    }

    /// <summary>Notes nothing any more and forgets what was noted.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _work = null;
            _leaves = [];
        }
    }

    /// <summary>Notes a leaf.</summary>
    public void Add(FinishedLeaf leaf)
    {
        lock (_lock)
        {
            if (_work is not null)
            {
                _leaves.Add(leaf);
            }
        }
    }

    /// <summary>Takes out what was noted; to be called while no lane is inside the store.</summary>
    public IReadOnlyList<FinishedLeaf> Take()
    {
        lock (_lock)
        {
            var taken = _leaves;
            _leaves = [];
            _last = time.GetTimestamp();
            return taken;
        }
    }

    /// <summary>
    /// Publishes leaves of which everything is durable. A failure ends the checkpoints of this run, not the backup.
    /// </summary>
    public void Publish(IReadOnlyList<FinishedLeaf> leaves)
    {
        try
        {
            foreach (var part in leaves.OrderBy(leaf => leaf.Index).Chunk(Checkpoint.MaximumLeaves))
            {
                PublishPart(part);
            }
        }
        catch (RepositoryException exception)
        {
            Failure = $"No more checkpoints are written: {exception.Message} The backup itself goes on; should it be "
                + "interrupted, what was read since the last checkpoint is read again.";
            Stop();
        }
    }

    private void PublishPart(FinishedLeaf[] leaves)
    {
        while (_work is { } work)
        {
            var checkpoint = new Checkpoint
            {
                Work = work,
                Number = ++_number,
                Session = session,
                CreatedAt = time.GetUtcNow(),
                Leaves = leaves,
            };
            if (catalog.TryPublish(checkpoint))
            {
                return;
            }
        }
    }
}
