namespace BackupEngine.DataPlane.Transfers.Depth;

/// <summary>How many transfers each lane has in flight at once. All lanes share one; safe to use from many
/// threads.</summary>
internal interface ITransferDepth
{
    /// <summary>At present.</summary>
    int Current { get; }

    /// <summary>At most, at any time.</summary>
    int Maximum { get; }

    /// <summary>A lane tells what it has read, and how long it stood still for it.</summary>
    /// <param name="bytes">Read since the last report.</param>
    /// <param name="waited">Time that the lane waited for the device.</param>
    void Report(long bytes, TimeSpan waited);
}
