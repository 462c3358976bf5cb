namespace BackupEngine.DataPlane.Transfers;

/// <summary>What one job has of the worker slots. Its fields belong to <see cref="WorkerSlots"/>.</summary>
public sealed class SlotShare : IDisposable
{
    private readonly WorkerSlots _slots;

    internal SlotShare(WorkerSlots slots) => _slots = slots;

    /// <summary>Times that a worker of the job was given a slot.</summary>
    public long Turns { get; internal set; }

    /// <summary>
    /// Turns that others had while one of its workers waited: the most. With a job of one worker beside one other job
    /// it is 0, whatever that one's lanes.
    /// </summary>
    public long MostTurnsPassedOver { get; internal set; }

    /// <summary>Slots that its workers hold now.</summary>
    internal int Held { get; set; }

    /// <summary>Number of the turn that it had last.</summary>
    internal long LastTurn { get; set; }

    /// <summary>Its workers that wait, in the order of asking; at most all of them.</summary>
    internal List<SlotTicket> Waiting { get; } = [];

    /// <summary>A ticket for one worker.</summary>
    public SlotTicket NewTicket() => new(_slots, this);

    /// <inheritdoc/>
    public void Dispose() => _slots.Leave(this);
}
