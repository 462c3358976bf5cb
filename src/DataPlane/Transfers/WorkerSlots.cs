using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Transfers;

/// <summary>
/// Shares the cores among jobs. Whoever is going to compute takes a slot, for a leaf or a piece at most, and gives it
/// back while it waits for a device. A slot that comes free goes to the job that holds the fewest, of several to the
/// one whose last turn is longest ago: so a job that comes later has its share with the next slot, and one with many
/// lanes has no more than one with few. Safe to use from many threads.
/// </summary>
/// <param name="slots">How many compute at once: the number of cores.</param>
public sealed class WorkerSlots(int slots)
{
    private readonly Lock _gate = new();
    private readonly List<SlotShare> _shares = [];
    private int _taken;
    private long _turn;

    /// <summary>Slots in all.</summary>
    public int Count => slots;

    /// <summary>Slots that are taken now; never more than there are.</summary>
    public int TakenCount
    {
        get
        {
            lock (_gate)
            {
                return _taken;
            }
        }
    }

    /// <summary>The share of one job, until it is disposed.</summary>
    public SlotShare Join()
    {
        var share = new SlotShare(this);
        lock (_gate)
        {
            _shares.Add(share);
        }

        return share;
    }

    /// <summary>The job has ended: none of its workers computes or waits.</summary>
    internal void Leave(SlotShare share)
    {
        lock (_gate)
        {
            _shares.Remove(share);
            if (share.Held != 0 || share.Waiting.Count != 0)
            {
                throw new InvalidOperationException("A job that holds or wants slots cannot end.");
            }
        }
    }

    /// <summary>Takes a slot for a ticket; false where it has to wait, and is called then.</summary>
    internal bool TryTake(SlotTicket ticket)
    {
        lock (_gate)
        {
            if (_taken < slots)
            {
                Give(ticket);
                return true;
            }

            ticket.OthersBefore = _turn - ticket.Share.Turns;
            ticket.Share.Waiting.Add(ticket);
            return false;
        }
    }

    /// <summary>A ticket that waits gives up; false where it has its slot already.</summary>
    internal bool TryGiveUp(SlotTicket ticket)
    {
        lock (_gate)
        {
            return ticket.Share.Waiting.Remove(ticket);
        }
    }

    /// <summary>Takes a slot back, and gives it to whose turn it is.</summary>
    internal void Return(SlotTicket ticket)
    {
        SlotTicket? next;
        lock (_gate)
        {
            ticket.Share.Held--;
            _taken--;
            next = TakeNext();
        }

        next?.Called();
    }

    private SlotTicket? TakeNext()
    {
        SlotShare? best = null;
        foreach (var share in CollectionsMarshal.AsSpan(_shares))
        {
            if (share.Waiting.Count > 0
                && (best is null || (share.Held, share.LastTurn).CompareTo((best.Held, best.LastTurn)) < 0))
            {
                best = share;
            }
        }

        if (best is null)
        {
            return null;
        }

        var next = best.Waiting[0];
        best.Waiting.RemoveAt(0);
        best.MostTurnsPassedOver = Math.Max(best.MostTurnsPassedOver, _turn - best.Turns - next.OthersBefore);
        Give(next);
        return next;
    }

    private void Give(SlotTicket ticket)
    {
        if (++_taken > slots)
        {
            throw new InvalidOperationException($"More than {slots} worker slots are taken.");
        }

        ticket.Share.Held++;
        ticket.Share.LastTurn = ++_turn;
        ticket.Share.Turns++;
    }
}
