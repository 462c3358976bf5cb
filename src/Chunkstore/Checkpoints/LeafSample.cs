namespace BackupEngine.Chunkstore.Checkpoints;

/// <summary>So many of all leaves that are offered, each with the same chance (reservoir sampling).</summary>
internal sealed class LeafSample(int size)
{
    private readonly List<(FinishedLeaf Leaf, Checkpoint Of)> _leaves = [];
    private long _offered;

    /// <summary>What was taken.</summary>
    public IReadOnlyList<(FinishedLeaf Leaf, Checkpoint Of)> Leaves => _leaves;

    public void Offer(Checkpoint checkpoint)
    {
        foreach (var leaf in checkpoint.Leaves)
        {
            _offered++;
            if (_leaves.Count < size)
            {
                _leaves.Add((leaf, checkpoint));
            }
            else if (Random.Shared.NextInt64(_offered) is var place && place < size)
            {
                _leaves[(int)place] = (leaf, checkpoint);
            }
        }
    }
}
