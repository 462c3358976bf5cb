using System.Collections.Concurrent;
using BackupEngine.DataPlane.Devices.Linux.Uring;

namespace BackupEngine.DataPlane.Tests.Devices.Engines.Uring;

/// <summary>
/// The kernel of this host, of which parts are refused, interrupted or done in smaller steps than asked for.
/// </summary>
internal sealed unsafe class SteeredKernel : IUringKernel
{
    private const long EntriesOffset = 0x10000000;
    private const int ProbeHeaderBytes = 16;
    private const int ProbeOperationBytes = 8;

    private readonly UringKernel _real = UringKernel.Instance;
    private readonly ConcurrentDictionary<int, RingView> _rings = new();
    private int _setups;
    private int _enters;

    /// <summary>Error of setting up a ring, from the n-th on, counted from 1.</summary>
    public (int Errno, int From)? FailSetup { get; init; }

    /// <summary>Error of a registration.</summary>
    public (UringRegistration Operation, int Errno)? FailRegistration { get; init; }

    /// <summary>An operation that the kernel says it cannot do.</summary>
    public UringOperation? Missing { get; init; }

    /// <summary>Errors that come before each call that is made.</summary>
    public IReadOnlyList<int> BeforeEnter { get; init; } = [];

    /// <summary>No request transfers more than so many bytes.</summary>
    public uint MostBytes { get; init; } = uint.MaxValue;

    public int Setup(uint entries, UringParameters* parameters)
    {
        if (FailSetup is var (errno, from) && Interlocked.Increment(ref _setups) >= from)
        {
            return -errno;
        }

        var ring = _real.Setup(entries, parameters);
        if (ring >= 0)
        {
            _rings[ring] = new RingView { Submission = parameters->Submission };
        }

        return ring;
    }

    public int Enter(int ring, uint submit, uint complete)
    {
        var turn = (Interlocked.Increment(ref _enters) - 1) % (BeforeEnter.Count + 1);
        if (turn < BeforeEnter.Count)
        {
            return -BeforeEnter[turn];
        }

        _rings[ring].Shorten(MostBytes);
        return _real.Enter(ring, submit, complete);
    }

    public int Register(int ring, UringRegistration operation, void* argument, uint count)
    {
        if (FailRegistration is var (refused, errno) && refused == operation)
        {
            return -errno;
        }

        var result = _real.Register(ring, operation, argument, count);
        if (operation == UringRegistration.Probe && Missing is { } missing)
        {
            *(ushort*)((byte*)argument + ProbeHeaderBytes + ((int)missing * ProbeOperationBytes) + 2) = 0;
        }

        return result;
    }

    public byte* Map(int ring, nuint lengthBytes, long offsetBytes)
    {
        var address = _real.Map(ring, lengthBytes, offsetBytes);
        if (offsetBytes == EntriesOffset)
        {
            _rings[ring].Entries = (SubmissionEntry*)address;
        }
        else
        {
            _rings[ring].Rings = address;
        }

        return address;
    }

    public void Unmap(byte* address, nuint lengthBytes) => _real.Unmap(address, lengthBytes);

    public void Close(int ring)
    {
        _rings.TryRemove(ring, out _);
        _real.Close(ring);
    }

    private sealed class RingView
    {
        public SubmissionOffsets Submission { get; init; }

        public byte* Rings { get; set; }

        public SubmissionEntry* Entries { get; set; }

        /// <summary>What the kernel has not yet seen.</summary>
        public void Shorten(uint mostBytes)
        {
            var mask = *(uint*)(Rings + Submission.Mask);
            var tail = *(uint*)(Rings + Submission.Tail);
            for (var next = *(uint*)(Rings + Submission.Head); next != tail; next++)
            {
                ref var entry = ref Entries[next & mask];
                entry.LengthBytes = Math.Min(entry.LengthBytes, mostBytes);
            }
        }
    }
}
