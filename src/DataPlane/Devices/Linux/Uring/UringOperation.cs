namespace BackupEngine.DataPlane.Devices.Linux.Uring;

/// <summary>enum io_uring_op (linux/io_uring.h), as far as it is used here.</summary>
internal enum UringOperation : byte
{
    ReadFixed = 4,
    WriteFixed = 5,
    AsyncCancel = 14,
    Read = 22,
    Write = 23,
}
