using BackupEngine.Chunkstore.Collection;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>
/// Keeps a writing session in step with garbage collection: what is condemned is not relied on any more, and the
/// collector is told what was relied on before.
/// </summary>
internal sealed class GenerationFollower(
    GenerationStore generations, ReliedPacks relied, SessionId session, IReadOnlyCollection<PinnedRoot> pins)
    : IDisposable
{
    private static readonly HashSet<PackId> Nothing = [];

    private readonly SemaphoreSlim _polling = new(1);
    private Generation _seen = Generation.None;

    /// <summary>What is condemned now is excluded. Before the session looks anything up.</summary>
    public void Begin()
    {
        _seen = generations.FindNewest();
        relied.Condemn(CondemnedBy(_seen));
        if (_seen.IsOpen)
        {
            Acknowledge(_seen, vetoes: []);
        }
    }

    /// <summary>
    /// Looks for a new generation. Its packs are excluded while no lane is between a hit and its noting; whatever was
    /// hit before that is among the vetoes.
    /// </summary>
    public async Task PollAsync(SessionStore store, CancellationToken cancellationToken)
    {
        await _polling.WaitAsync(cancellationToken);
        try
        {
            var newest = generations.FindNewest();
            if (newest.Number == _seen.Number && newest.IsOpen == _seen.IsOpen)
            {
                return;
            }

            IReadOnlyList<PackId> vetoes = [];
            await store.AtRestAsync(() =>
            {
                relied.Condemn(CondemnedBy(newest));
                vetoes = relied.Among(newest.Packs);
            });
            if (newest.IsOpen)
            {
                Acknowledge(newest, vetoes);
            }

            _seen = newest;
        }
        finally
        {
            _polling.Release();
        }
    }

    public void Dispose() => _polling.Dispose();

    private void Acknowledge(Generation generation, IReadOnlyList<PackId> vetoes) =>
        generations.PublishAcknowledgement(generation.Number, new Acknowledgement(session, vetoes, pins));

    private static IReadOnlySet<PackId> CondemnedBy(Generation generation) =>
        generation.IsOpen ? generation.Packs : Nothing;
}
