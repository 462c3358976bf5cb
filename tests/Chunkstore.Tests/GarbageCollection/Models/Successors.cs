namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models;

/// <summary>The states that one step leads to; used again for every state.</summary>
internal sealed class Successors<TState>
    where TState : unmanaged
{
    private readonly List<(TState State, Step Step)> _found = [];

    public int Count => _found.Count;

    public (TState State, Step Step) this[int index] => _found[index];

    public void Add(in TState state, Step step) => _found.Add((state, step));

    public void Clear() => _found.Clear();
}
