using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Devices.Engines;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// Reads of an export, several at once by one thread: it sends the requests and takes the replies itself, without any
/// other thread. Each queue stays with one connection.
/// </summary>
/// <param name="device">The export.</param>
/// <param name="client">Its connections.</param>
/// <param name="transfers">Carries out what cannot be asked for as it is.</param>
internal sealed class NbdEngine(NbdDevice device, NbdClient client, NbdTransfers transfers) : IIoEngine
{
    /// <inheritdoc/>
    public string Name => IoEngineNames.Nbd;

    /// <inheritdoc/>
    public int MaximumDepth => 32;

    /// <inheritdoc/>
    public IBlockDevice Device => device;

    /// <summary>Nothing.</summary>
    public IEnumerable<string> Refused => [];

    /// <inheritdoc/>
    public IIoQueue OpenQueue(int capacity, CancellationToken cancellationToken) =>
        new NbdQueue(device, client, transfers, capacity, cancellationToken);

    /// <summary>Nothing to release.</summary>
    public void Dispose()
    {
    }
}
