namespace BackupEngine.DataPlane.Devices.Engines;

/// <summary>
/// Several transfers of one device at once, begun and waited for by one thread. A transfer is whole when it ends
/// without an error: short ones are gone on with.
/// </summary>
/// <remarks>
/// A buffer belongs to the queue from Begin until <see cref="Wait"/> has returned its tag or <see
/// cref="IDisposable.Dispose"/> has returned, which waits for what is in flight: never may it be given back before.
/// </remarks>
internal interface IIoQueue : IDisposable
{
    /// <summary>Most transfers at once; at least 1.</summary>
    int Capacity { get; }

    /// <summary>Transfers begun whose end <see cref="Wait"/> has not told yet.</summary>
    int InFlight { get; }

    /// <summary>Begins to fill a buffer, at once or at the next <see cref="Submit"/> or <see cref="Wait"/>.</summary>
    /// <param name="offsetBytes">Where on the device.</param>
    /// <param name="buffer">What to fill.</param>
    /// <param name="tag">What <see cref="Wait"/> calls it; unique among those in flight.</param>
    /// <exception cref="ArgumentException">Outside of the device, or against its alignment.</exception>
    /// <exception cref="InvalidOperationException"><see cref="Capacity"/> transfers are in flight.</exception>
    void BeginRead(long offsetBytes, Memory<byte> buffer, int tag);

    /// <summary>Begins to write a buffer.</summary>
    /// <inheritdoc cref="BeginRead"/>
    void BeginWrite(long offsetBytes, ReadOnlyMemory<byte> buffer, int tag);

    /// <summary>Sees to it that what was begun goes on while this thread does something else.</summary>
    /// <exception cref="DeviceException">The kernel takes over no transfers any more.</exception>
    void Submit();

    /// <summary>Waits until one transfer has ended, whichever is first.</summary>
    /// <returns>Its tag, and a <see cref="DeviceException"/> of kind Io where it failed.</returns>
    /// <exception cref="InvalidOperationException">None is in flight.</exception>
    IoCompletion Wait();
}
