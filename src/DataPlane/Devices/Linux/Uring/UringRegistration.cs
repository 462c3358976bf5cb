namespace BackupEngine.DataPlane.Devices.Linux.Uring;

/// <summary>Operations of io_uring_register(2) (linux/io_uring.h), as far as they are used here.</summary>
internal enum UringRegistration : uint
{
    UnregisterBuffers = 1,
    Probe = 8,
    Buffers2 = 15,
    BuffersUpdate = 16,
}
