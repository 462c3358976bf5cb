namespace BackupEngine.DataPlane.Transfers.Depth;

/// <summary>A depth that was asked for, or that the kind of the device asks for.</summary>
internal sealed class FixedDepth(int depth) : ITransferDepth
{
    /// <inheritdoc/>
    public int Current => depth;

    /// <inheritdoc/>
    public int Maximum => depth;

    /// <summary>Changes nothing.</summary>
    public void Report(long bytes, TimeSpan waited)
    {
    }
}
