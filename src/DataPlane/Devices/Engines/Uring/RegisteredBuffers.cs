using System.Runtime.InteropServices;
using BackupEngine.DataPlane.Devices.Linux;
using BackupEngine.DataPlane.Devices.Linux.Uring;
using BackupEngine.DataPlane.Memory;

namespace BackupEngine.DataPlane.Devices.Engines.Uring;

/// <summary>
/// The regions of the aligned pool that a ring knows: the kernel holds their pages once and for all, not for each
/// transfer. A region is registered when it is first used. Where the kernel refuses, transfers name their memory each
/// time.
/// </summary>
internal sealed unsafe class RegisteredBuffers
{
    private const int MostRegions = 1024;

    private readonly Dictionary<MemoryRegion, int> _regions = [];
    private readonly Ring _ring;
    private readonly Action<string> _tellRefused;
    private bool _refused;

    /// <summary>Gives a ring an empty table.</summary>
    /// <param name="ring">The ring.</param>
    /// <param name="refused">Told where the kernel refuses.</param>
    public RegisteredBuffers(Ring ring, Action<string> refused)
    {
        (_ring, _tellRefused) = (ring, refused);
        var table = new ResourceTable { Entries = MostRegions, Flags = ResourceTable.Sparse };
        // What is counted here is the size of the struct.
        Note(ring.Register(UringRegistration.Buffers2, &table, ResourceTable.SizeBytes));
    }

    /// <summary>The place of a buffer in the table; -1 where it has none.</summary>
    public int IndexOf(ReadOnlyMemory<byte> buffer)
    {
        if (_refused || !MemoryMarshal.TryGetMemoryManager<byte, AlignedBlock>(buffer, out var block))
        {
            return -1;
        }

        return _regions.TryGetValue(block.Region, out var index) ? index : Register(block.Region);
    }

    /// <summary>Lets go of their pages at once, not some time after the ring was closed.</summary>
    public void Unregister()
    {
        if (_regions.Count > 0)
        {
            _ring.Register(UringRegistration.UnregisterBuffers, null, 0);
        }
    }

    private int Register(MemoryRegion region)
    {
        if (_regions.Count == MostRegions)
        {
            return -1;
        }

        var vector = new BufferVector { Address = (ulong)region.Address, LengthBytes = (ulong)region.LengthBytes };
        var index = _regions.Count;
        var update = new ResourceUpdate { First = (uint)index, Data = (ulong)&vector, Count = 1 };
        Note(_ring.Register(UringRegistration.BuffersUpdate, &update, ResourceUpdate.SizeBytes));
        if (_refused)
        {
            return -1;
        }

        _regions.Add(region, index);
        return index;
    }

    private void Note(int errno)
    {
        if (errno == 0)
        {
            return;
        }

        _refused = true;
        _tellRefused(errno == ErrorNumbers.NoMemory
            ? "buffers are not registered with io_uring: RLIMIT_MEMLOCK (ulimit -l) is too low"
            : $"buffers are not registered with io_uring: {ErrorNumbers.Describe(errno)}");
    }
}
