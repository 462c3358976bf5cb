namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>A transfer of a queue, which may take several requests; used again and again.</summary>
internal sealed class QueuedTransfer
{
    private int _parts;

    /// <summary>What the owner of the queue calls it.</summary>
    public int Tag { get; private set; }

    /// <summary>The first thing that went wrong; null where nothing did.</summary>
    public Exception? Error { get; private set; }

    /// <summary>Starts over, with one part that ends when all others have been added.</summary>
    public void Start(int tag) => (Tag, Error, _parts) = (tag, null, 1);

    /// <summary>One more request.</summary>
    public void AddPart() => _parts++;

    /// <summary>One part has ended.</summary>
    /// <returns>Whether it was the last.</returns>
    public bool EndPart(Exception? error)
    {
        Error ??= error;
        return --_parts == 0;
    }
}
