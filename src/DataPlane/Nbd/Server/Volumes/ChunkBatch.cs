using BackupEngine.Chunkstore.Repositories;

namespace BackupEngine.DataPlane.Nbd.Server.Volumes;

/// <summary>The chunks that one reader takes from the cache at a time. Not for more than one thread.</summary>
internal sealed class ChunkBatch
{
    private readonly List<ChunkPiece> _pieces = [];
    private readonly List<ChunkReadRequest> _requests = [];

    /// <summary>Number of pieces.</summary>
    public int Count => _pieces.Count;

    /// <summary>One of the pieces, in the order of the volume.</summary>
    public ChunkPiece this[int index] => _pieces[index];

    /// <summary>Adds a piece.</summary>
    public void Add(in ChunkPiece piece) => _pieces.Add(piece);

    /// <summary>Has every chunk read that nobody else reads, and gives up those that cannot be.</summary>
    public async ValueTask LoadAsync(ChunkCache cache, ChunkReader reader, CancellationToken cancellationToken)
    {
        _requests.Clear();
        foreach (var piece in _pieces)
        {
            if (piece.IsToBeLoaded)
            {
                _requests.Add(new ChunkReadRequest(piece.Slot.Id, piece.Slot.Plain));
            }
        }

        if (_requests.Count == 0)
        {
            return;
        }

        try
        {
            await reader.ReadManyAsync(_requests, cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            await LoadOneByOneAsync(cache, reader, cancellationToken);
            return;
        }

        foreach (var piece in _pieces)
        {
            if (piece.IsToBeLoaded)
            {
                cache.Complete(piece.Slot);
            }
        }
    }

    /// <summary>Lets go of every slot; what was to be loaded and was not has failed.</summary>
    public void Release(ChunkCache cache)
    {
        foreach (var piece in _pieces)
        {
            if (piece is { IsToBeLoaded: true, Slot: { IsLoaded: false, Failure: null } })
            {
                cache.Fail(piece.Slot, new OperationCanceledException("The reading of the chunk was given up."));
            }

            cache.Release(piece.Slot);
        }

        _pieces.Clear();
    }

    /// <summary>One of them is damaged: the others are good all the same.</summary>
    private async ValueTask LoadOneByOneAsync(
        ChunkCache cache, ChunkReader reader, CancellationToken cancellationToken)
    {
        foreach (var piece in _pieces)
        {
            if (!piece.IsToBeLoaded)
            {
                continue;
            }

            try
            {
                await reader.ReadAsync(piece.Slot.Id, piece.Slot.Plain, cancellationToken);
                cache.Complete(piece.Slot);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                cache.Fail(piece.Slot, e);
            }
        }
    }
}
