namespace BackupEngine.DataPlane.Devices.Engines;

/// <summary>Every transfer blocks a thread. Works on every device.</summary>
/// <param name="device">The device.</param>
/// <param name="refused">Why it is not another engine, where one was wanted.</param>
internal sealed class ThreadsEngine(IBlockDevice device, params IEnumerable<string> refused) : IIoEngine
{
    /// <inheritdoc/>
    public string Name => IoEngineNames.Threads;

    /// <inheritdoc/>
    /// <remarks>Each is a thread; with many lanes there are many of them.</remarks>
    public int MaximumDepth => 32;

    /// <inheritdoc/>
    public IBlockDevice Device => device;

    /// <inheritdoc/>
    public IEnumerable<string> Refused => refused;

    /// <inheritdoc/>
    public IIoQueue OpenQueue(int capacity, CancellationToken cancellationToken) =>
        new ThreadQueue(device, capacity, cancellationToken);

    /// <summary>Nothing to release.</summary>
    public void Dispose()
    {
    }
}
