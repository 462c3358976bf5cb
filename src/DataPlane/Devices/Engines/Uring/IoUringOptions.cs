using BackupEngine.DataPlane.Devices.Linux.Uring;

namespace BackupEngine.DataPlane.Devices.Engines.Uring;

/// <summary>How io_uring is used.</summary>
internal sealed record IoUringOptions
{
    /// <summary>The system calls.</summary>
    public IUringKernel Kernel { get; init; } = UringKernel.Instance;

    /// <summary>Whether the kernel is told of the pool's regions once and for all.</summary>
    public bool RegisterBuffers { get; init; } = true;

    /// <summary>Whether threads take over where a ring that is needed later is refused.</summary>
    public bool MayFallBack { get; init; }
}
