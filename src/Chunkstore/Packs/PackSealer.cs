using System.Collections.Concurrent;
using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Packs;

/// <summary>Seals packs of a stream beside the next one, a few at once; their lists are used again.</summary>
/// <param name="giveUp">Told of a pack that could not be sealed.</param>
internal sealed class PackSealer(Action<OpenPack, Exception> giveUp) : IDisposable
{
    /// <summary>Packs being sealed at the same time at most.</summary>
    private const int MaximumSealing = 2;

    private readonly SemaphoreSlim _sealing = new(MaximumSealing);
    private readonly List<Task> _seals = [];
    private readonly ConcurrentStack<List<PackEntry>> _entryLists = new();

    /// <summary>An empty list for the records of a pack.</summary>
    public List<PackEntry> TakeEntries() => _entryLists.TryPop(out var list) ? list : [];

    /// <summary>Begins to seal a pack when few enough others are being sealed; for one caller at a time.</summary>
    public async ValueTask BeginAsync(OpenPack pack, CancellationToken cancellationToken)
    {
        await _sealing.WaitAsync(cancellationToken);
        _seals.RemoveAll(seal => seal.IsCompletedSuccessfully);
        _seals.Add(Task.Run(() => SealAsync(pack, cancellationToken), CancellationToken.None));
    }

    /// <summary>Completes when nothing is being sealed, after the last call of <see cref="BeginAsync"/>.</summary>
    public Task AllAsync() => Task.WhenAll(_seals);

    public void Dispose() => _sealing.Dispose();

    private async Task SealAsync(OpenPack pack, CancellationToken cancellationToken)
    {
        try
        {
            await pack.SealAsync(cancellationToken);
            pack.Entries.Clear();
            _entryLists.Push(pack.Entries);
        }
        catch (Exception exception)
        {
            giveUp(pack, exception);
        }
        finally
        {
            _sealing.Release();
        }
    }
}
