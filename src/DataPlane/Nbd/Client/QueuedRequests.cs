namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>The requests of a queue that wait for their replies, by the tags that go with them.</summary>
internal sealed class QueuedRequests
{
    private readonly List<(NbdRequest Request, QueuedTransfer? Transfer)> _places = [];
    private readonly Stack<int> _free = new();

    /// <summary>Requests that wait.</summary>
    public int Count => _places.Count - _free.Count;

    /// <summary>Adds a request.</summary>
    /// <returns>Its tag.</returns>
    public int Add(in NbdRequest request, QueuedTransfer transfer)
    {
        if (!_free.TryPop(out var tag))
        {
            tag = _places.Count;
            _places.Add(default);
        }

        _places[tag] = (request, transfer);
        return tag;
    }

    /// <summary>Takes a request out.</summary>
    public NbdRequest Remove(int tag, out QueuedTransfer transfer)
    {
        var (request, owner) = _places[tag];
        _places[tag] = default;
        _free.Push(tag);
        transfer = owner ?? throw new InvalidOperationException("A reply was told twice.");
        return request;
    }
}
