using Microsoft.Win32.SafeHandles;

namespace BackupEngine.DataPlane.Devices.Engines;

/// <summary>A device whose bytes are those of an open file of this host: the kernel can be given its handle.</summary>
internal interface IFileDevice : IBlockDevice
{
    /// <summary>The handle for all that is aligned to <see cref="IBlockDevice.AlignmentBytes"/>.</summary>
    SafeFileHandle Main { get; }

    /// <summary>The handle for a tail that is not; the same where any alignment will do.</summary>
    SafeFileHandle Buffered { get; }
}
