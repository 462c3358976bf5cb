namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models;

/// <summary>A protocol as states and steps: what the search walks through.</summary>
/// <typeparam name="TState">Bytes without padding; two states are the same when their bytes are.</typeparam>
internal interface IModel<TState>
    where TState : unmanaged
{
    TState Initial { get; }

    /// <summary>Adds every state that one step of anybody leads to.</summary>
    void AddSuccessors(in TState state, Successors<TState> successors);

    /// <summary>Whether nothing is lost in this state.</summary>
    bool IsSafe(in TState state);
}
