namespace BackupEngine.DataPlane.Jobs;

/// <summary>What a job in several phases is doing, as the protocol names it.</summary>
/// <param name="Name">The phase.</param>
/// <param name="Done">How much of it is done, in what it counts.</param>
/// <param name="Total">How much there is; 0 where that is not known.</param>
internal sealed record JobPhase(string Name, long Done, long Total)
{
    /// <summary>What is served in this phase; null where nothing is.</summary>
    public Protocol.NbdServeResult? Serving { get; init; }
}
