namespace BackupEngine.Chunkstore.Packs;

/// <summary>
/// The buffers of a stream from the first byte given out to the one who writes them: room in them is given out in
/// order, filled in any order, and written in order. All of it under the lock of the stream.
/// </summary>
internal sealed class OpenBuffers(PackBufferPool pool)
{
    private readonly Queue<PackWork> _work = new();
    private PackBuffer? _buffer;
    private int _used;
    private int _filling;
    private bool _isSignalled;
    private TaskCompletionSource? _allFilled;

    private bool IsNextFilled => _work.TryPeek(out var next) && next.Buffer is not { Filling: > 0 };

    /// <summary>Whether so many bytes can be given out now.</summary>
    public bool HasRoomFor(long bytes)
    {
        var atHand = _buffer is null ? 0 : pool.BufferBytes - _used;
        return bytes <= atHand + ((long)pool.Available * pool.BufferBytes);
    }

    /// <summary>Gives the next bytes out, of which there are enough, to be filled and then noted as filled.</summary>
    public PackSpace Reserve(OpenPack pack, PackPlace place, int bytes)
    {
        _buffer ??= pool.Take();
        var space = new PackSpace(place, _buffer, _used, bytes);
        while (true)
        {
            var part = Math.Min(bytes, pool.BufferBytes - _used);
            _used += part;
            bytes -= part;
            var last = _buffer;
            if (_used == pool.BufferBytes)
            {
                HandOver(pack, isLast: false);
            }

            if (bytes == 0)
            {
                space.Begin();
                _filling++;
                return space;
            }

            _buffer = pool.Take();
            last.Next = _buffer;
        }
    }

    /// <summary>Room was filled, or nobody will fill it any more.</summary>
    public void NoteFilled(in PackSpace space)
    {
        space.End();
        _filling--;
        if (_filling == 0)
        {
            _allFilled?.TrySetResult();
        }
    }

    /// <summary>Completes when nobody fills anything any more; for a stream that gives nothing out any more.</summary>
    public Task AllFilledAsync()
    {
        if (_filling == 0)
        {
            return Task.CompletedTask;
        }

        _allFilled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _allFilled.Task;
    }

    /// <summary>Ends the present buffer, which may be none: the pack goes on in another one, or ends.</summary>
    public void HandOver(OpenPack pack, bool isLast)
    {
        _work.Enqueue(new PackWork(pack, _buffer, _used, isLast));
        _buffer = null;
        _used = 0;
    }

    /// <summary>Whether the writer is to be told that there is work; once until it has found none.</summary>
    public bool TrySignal()
    {
        var isNews = !_isSignalled && IsNextFilled;
        _isSignalled |= isNews;
        return isNews;
    }

    /// <summary>What is to be written next; null where there is nothing that is filled.</summary>
    /// <param name="isGivenUp">Whether nothing is written any more, so that nobody has to fill it before.</param>
    public PackWork? Take(bool isGivenUp)
    {
        _isSignalled = IsNextFilled || (isGivenUp && _work.Count > 0);
        return _isSignalled ? _work.Dequeue() : null;
    }
}
