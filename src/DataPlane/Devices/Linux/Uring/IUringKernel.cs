namespace BackupEngine.DataPlane.Devices.Linux.Uring;

/// <summary>
/// The system calls of io_uring, so that a kernel that lacks or forbids them can be stood in for. Each answers with a
/// negative error number where it fails.
/// </summary>
internal unsafe interface IUringKernel
{
    /// <summary>io_uring_setup(2): the descriptor of a ring.</summary>
    int Setup(uint entries, UringParameters* parameters);

    /// <summary>io_uring_enter(2): how many requests were taken over.</summary>
    /// <param name="ring">Descriptor of the ring.</param>
    /// <param name="submit">Requests to take over.</param>
    /// <param name="complete">Requests whose end to wait for.</param>
    int Enter(int ring, uint submit, uint complete);

    /// <summary>io_uring_register(2).</summary>
    int Register(int ring, UringRegistration operation, void* argument, uint count);

    /// <summary>mmap(2) of a ring; null where that fails.</summary>
    byte* Map(int ring, nuint lengthBytes, long offsetBytes);

    /// <summary>munmap(2).</summary>
    void Unmap(byte* address, nuint lengthBytes);

    /// <summary>close(2): the kernel ends what is in flight.</summary>
    void Close(int ring);
}
