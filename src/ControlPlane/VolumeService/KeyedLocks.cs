namespace BackupEngine.ControlPlane.VolumeService;

/// <summary>One lock for each id that is being worked on; forgotten when nobody holds or awaits it.</summary>
internal sealed class KeyedLocks
{
    private readonly Dictionary<Guid, Entry> _entries = [];
    private readonly Lock _sync = new();

    /// <summary>Waits for the lock of an id; disposing the answer lets it go.</summary>
    public async Task<IDisposable> TakeAsync(Guid id, CancellationToken cancellationToken)
    {
        var entry = Enter(id);
        try
        {
            await entry.Gate.WaitAsync(cancellationToken);
        }
        catch
        {
            Leave(id, entry);
            throw;
        }

        return new Holder(this, id, entry);
    }

    private Entry Enter(Guid id)
    {
        lock (_sync)
        {
            if (!_entries.TryGetValue(id, out var entry))
                _entries.Add(id, entry = new Entry());
            entry.Users++;
            return entry;
        }
    }

    private void Leave(Guid id, Entry entry)
    {
        lock (_sync)
        {
            if (--entry.Users > 0)
                return;
            _entries.Remove(id);
            entry.Gate.Dispose();
        }
    }

    private sealed class Entry
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class Holder(KeyedLocks owner, Guid id, Entry entry) : IDisposable
    {
        public void Dispose()
        {
            entry.Gate.Release();
            owner.Leave(id, entry);
        }
    }
}
