namespace BackupEngine.DataPlane.Nbd.Server.Volumes;

/// <summary>Slots that nobody uses now, the one used last first. Whoever calls holds the lock of the cache.</summary>
internal sealed class SlotQueue
{
    private CacheSlot? _newest;
    private CacheSlot? _oldest;

    /// <summary>Adds a slot as the one used last.</summary>
    public void AddNewest(CacheSlot slot)
    {
        (slot.Older, slot.Newer) = (_newest, null);
        if (_newest is null)
        {
            _oldest = slot;
        }
        else
        {
            _newest.Newer = slot;
        }

        _newest = slot;
    }

    /// <summary>Adds a slot as the next one to be taken.</summary>
    public void AddOldest(CacheSlot slot)
    {
        (slot.Older, slot.Newer) = (null, _oldest);
        if (_oldest is null)
        {
            _newest = slot;
        }
        else
        {
            _oldest.Older = slot;
        }

        _oldest = slot;
    }

    /// <summary>Takes a slot out of wherever it is.</summary>
    public void Remove(CacheSlot slot)
    {
        if (slot.Newer is { } newer)
        {
            newer.Older = slot.Older;
        }
        else
        {
            _newest = slot.Older;
        }

        if (slot.Older is { } older)
        {
            older.Newer = slot.Newer;
        }
        else
        {
            _oldest = slot.Newer;
        }

        (slot.Newer, slot.Older) = (null, null);
    }

    /// <summary>Takes the slot that was not used for longest; null where there is none.</summary>
    public CacheSlot? TakeOldest()
    {
        var oldest = _oldest;
        if (oldest is not null)
        {
            Remove(oldest);
        }

        return oldest;
    }
}
