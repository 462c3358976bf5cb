using System.Collections.Concurrent;
using BackupEngine.DataPlane.Devices.Linux.Uring;

namespace BackupEngine.DataPlane.Devices.Engines.Uring;

/// <summary>io_uring: every queue has a ring of its own, so nothing is locked.</summary>
internal sealed class IoUringEngine : IIoEngine
{
    private readonly IFileDevice _device;
    private readonly IoUringOptions _options;
    private readonly UringDevice _throughRings;
    private readonly ConcurrentDictionary<string, bool> _refused = new(StringComparer.Ordinal);

    /// <summary>Creates the engine of a job; that io_uring is to be had was found out before.</summary>
    public IoUringEngine(IFileDevice device, IoUringOptions options)
    {
        (_device, _options) = (device, options);
        _throughRings = new UringDevice(device, () => Open(capacity: 1, oneThread: false, CancellationToken.None));
    }

    /// <inheritdoc/>
    public string Name => IoEngineNames.IoUring;

    /// <inheritdoc/>
    public int MaximumDepth => 64;

    /// <inheritdoc/>
    public IBlockDevice Device => _throughRings;

    /// <inheritdoc/>
    public IEnumerable<string> Refused => _refused.Keys.Order(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IIoQueue OpenQueue(int capacity, CancellationToken cancellationToken) =>
        Open(capacity, oneThread: true, cancellationToken);

    /// <summary>Closes the rings of <see cref="Device"/>.</summary>
    public void Dispose() => _throughRings.CloseRings();

    private IIoQueue Open(int capacity, bool oneThread, CancellationToken cancellationToken)
    {
        // One more for the request that cancels the others.
        var errno = Ring.TryOpen(_options.Kernel, (uint)capacity + 1, oneThread, out var ring);
        if (errno == 0)
        {
            return new UringQueue(ring!, _device, capacity, _options.RegisterBuffers, Note);
        }

        var refusal = UringSupport.Describe(errno);
        if (!_options.MayFallBack)
        {
            throw new DeviceException(DeviceErrorKind.NotUsable, $"{_device.Name}: {refusal}.");
        }

        Note($"a part of the transfers is made by threads: {refusal}");
        return new ThreadQueue(_device, capacity, cancellationToken);
    }

    private void Note(string refused) => _refused.TryAdd(refused, true);
}
