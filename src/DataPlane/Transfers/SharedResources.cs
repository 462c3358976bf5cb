using BackupEngine.DataPlane.Memory;

namespace BackupEngine.DataPlane.Transfers;

/// <summary>What a job shares with the others of its process.</summary>
public sealed record SharedResources
{
    /// <summary>Bounds the buffers of all; null for no bound.</summary>
    public MemoryBudget? Memory { get; init; }

    /// <summary>Shares the cores; null where there is one job only.</summary>
    public WorkerSlots? Slots { get; init; }
}
