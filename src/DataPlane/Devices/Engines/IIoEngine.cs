namespace BackupEngine.DataPlane.Devices.Engines;

/// <summary>How the transfers of one job reach one device. The device stays its owner's.</summary>
internal interface IIoEngine : IDisposable
{
    /// <summary>Its name in results: one of <see cref="IoEngineNames"/>.</summary>
    string Name { get; }

    /// <summary>More transfers at once in one queue than this are used only where they are asked for.</summary>
    int MaximumDepth { get; }

    /// <summary>
    /// The device, with its transfers through this engine. For threads that transfer one buffer at a time.
    /// </summary>
    IBlockDevice Device { get; }

    /// <summary>What the host refused and was done without, in words; empty where it was nothing.</summary>
    IEnumerable<string> Refused { get; }

    /// <summary>Opens a queue for one thread, which disposes it before it gives back a buffer.</summary>
    /// <param name="capacity">Most transfers at once: 1 or more.</param>
    /// <param name="cancellationToken">Ends transfers early where the device can; they fail then.</param>
    IIoQueue OpenQueue(int capacity, CancellationToken cancellationToken);
}
