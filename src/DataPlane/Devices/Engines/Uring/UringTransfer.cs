using System.Buffers;
using System.Runtime.InteropServices;
using BackupEngine.DataPlane.Devices.Linux.Uring;

namespace BackupEngine.DataPlane.Devices.Engines.Uring;

/// <summary>One transfer while it is in flight, and how far it has come.</summary>
[StructLayout(LayoutKind.Auto)]
internal unsafe struct UringTransfer
{
    /// <summary>What its owner calls it.</summary>
    public int Tag { get; init; }

    /// <summary>Where on the device it begins.</summary>
    public long OffsetBytes { get; init; }

    /// <summary>Its length.</summary>
    public int LengthBytes { get; init; }

    /// <summary>How much of it goes through the main handle: all but a tail off the alignment.</summary>
    public int MainBytes { get; init; }

    /// <summary>Whether it writes.</summary>
    public bool IsWrite { get; init; }

    /// <summary>Keeps the buffer where it is.</summary>
    public MemoryHandle Pin { get; init; }

    /// <summary>Place in the table of registered buffers; -1 for none.</summary>
    public int BufferIndex { get; init; }

    /// <summary>Bytes transferred.</summary>
    public int DoneBytes { get; set; }

    /// <summary>Times that the kernel had no room for it.</summary>
    public int Retries { get; set; }

    /// <summary>Whether the next request is the tail's.</summary>
    public readonly bool IsInTail => DoneBytes >= MainBytes && MainBytes < LengthBytes;

    private readonly int NextBytes => (IsInTail ? LengthBytes : MainBytes) - DoneBytes;

    /// <summary>The request for what is left of the main part, or of the tail.</summary>
    public readonly SubmissionEntry Next(int fd, ulong userData) => new()
    {
        Operation = (IsWrite, BufferIndex >= 0) switch
        {
            (false, false) => UringOperation.Read,
            (false, true) => UringOperation.ReadFixed,
            (true, false) => UringOperation.Write,
            (true, true) => UringOperation.WriteFixed,
        },
        Fd = fd,
        OffsetBytes = (ulong)(OffsetBytes + DoneBytes),
        Address = (ulong)((byte*)Pin.Pointer + DoneBytes),
        LengthBytes = (uint)NextBytes,
        UserData = userData,
        BufferIndex = (ushort)Math.Max(BufferIndex, 0),
    };

    /// <summary>What went wrong at the place that it had come to.</summary>
    /// <param name="device">Name of the device.</param>
    /// <param name="errno">The kernel's error number; 0 when the device ended.</param>
    public readonly DeviceException Failure(string device, int errno) => DeviceException.Io(
        device, $"{(IsWrite ? "writing" : "reading")} {NextBytes} bytes", OffsetBytes + DoneBytes, errno);
}
