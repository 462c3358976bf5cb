namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings;

/// <summary>A call that waits for its turn.</summary>
/// <param name="info">What it will do.</param>
internal sealed class ParkedCall(CallInfo info) : IDisposable
{
    private readonly ManualResetEventSlim _turn = new();

    public CallInfo Info => info;

    /// <summary>Whether the participant's process has died meanwhile.</summary>
    public bool IsDead { get; private set; }

    public void WaitForTurn() => _turn.Wait();

    public void Go(bool isDead)
    {
        IsDead = isDead;
        _turn.Set();
    }

    public void Dispose() => _turn.Dispose();
}
