using BackupEngine.DataPlane.Memory;

namespace BackupEngine.DataPlane.Transfers;

/// <summary>What a job shares with the others of its process.</summary>
public sealed record SharedResources
{
    /// <summary>Bounds the memory of all; null for no bound.</summary>
    public MemoryBudget? Memory { get; init; }

    /// <summary>Shares the cores; null where there is one job only.</summary>
    public WorkerSlots? Slots { get; init; }

    /// <summary>Where it is noted what this job has of them; null where nobody asks.</summary>
    public ResourceUse? Use { get; init; }

    /// <summary>
    /// Asks for memory, once and before the job has anything that another may wait for: so no two jobs wait for each
    /// other.
    /// </summary>
    /// <inheritdoc cref="MemoryBudget.AcquireAsync"/>
    public async Task<MemoryGrant> AcquireMemoryAsync(
        long minimumBytes, long wantedBytes, Action? waits, CancellationToken cancellationToken)
    {
        var grant = await MemoryGrant.AcquireAsync(Memory, minimumBytes, wantedBytes, waits, cancellationToken);
        Use?.NoteMemory(grant.Bytes);
        return grant;
    }

    /// <summary>Takes part in the sharing of cores, until the share is disposed; null where nobody shares.</summary>
    public SlotShare? JoinSlots()
    {
        var share = Slots?.Join();
        if (share is not null)
        {
            Use?.Note(share);
        }

        return share;
    }
}
