using System.Globalization;
using BackupEngine.ControlPlane.VolumeService.Linux;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports;

/// <summary>The kernel's loop devices. Source: linux/loop.h, Documentation/ABI/testing/sysfs-block-loop.</summary>
internal static unsafe class LoopDevices
{
    private const nuint GetStatus = 0x4c05;
    private const nuint Configure = 0x4c0a;
    private const nuint Clear = 0x4c01;
    private const nuint GetFree = 0x4c82;
    private const int MaxAttempts = 64;

    /// <summary>Major and minor number of /dev/loop-control. Source: Documentation/admin-guide/devices.txt.</summary>
    private const ulong ControlNumber = (10 << 8) | 237;

    private const string Control = "/dev/loop-control";
    private const uint CharacterDevice = 0x2180;
    private const uint BlockDevice = 0x6180;

    /// <summary>Why this process cannot make loop devices; null when it can.</summary>
    public static string? WhyUnavailable()
    {
        if (LibC.EffectiveUserId() != 0)
            return "it does not run as root";
        try
        {
            _ = NextFree();
            return null;
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }

    /// <summary>Binds a free loop device to a file.</summary>
    public static LoopDevice Bind(SafeFileHandle file, LoopConfiguration configuration)
    {
        for (var attempt = 1; ; attempt++)
        {
            var device = new LoopDevice(NextFree());
            MakeNodeIfMissing(device);
            using var handle = LinuxFile.OpenForWriting(device.Path);
            if (TryBind(handle, file, configuration))
                return device;
            var error = LinuxFile.LastError($"{device.Path} could not be bound to a volume");
            // Another process was faster; it is told the next free one, and so are we.
            if (error.ErrorNumber != ErrorNumbers.Busy || attempt == MaxAttempts)
                throw error;
        }
    }

    /// <summary>The bound devices whose file has this name. Other people's devices are not opened.</summary>
    public static IReadOnlyList<LoopDevice> BoundTo(string fileName) =>
        [.. All().Where(device => device.BackingFileName == fileName)];

    /// <summary>The bound devices whose file is below a directory.</summary>
    public static IReadOnlyList<LoopDevice> BoundBelow(string directory) =>
        [.. All().Where(device => device.BackingFile?.StartsWith(
            directory + Path.DirectorySeparatorChar, StringComparison.Ordinal) == true)];

    /// <summary>What the kernel knows of a device; null when it is not bound.</summary>
    public static LoopConfiguration? StatusOf(LoopDevice device)
    {
        MakeNodeIfMissing(device);
        using var handle = LinuxFile.OpenForReading(device.Path);
        var status = default(LoopConfiguration);
        if (LibC.Ioctl(handle, GetStatus, (byte*)&status + LoopConfiguration.InformationOffset) == 0)
            return status;
        var error = LinuxFile.LastError($"{device.Path} could not be examined");
        return error.ErrorNumber == ErrorNumbers.NoSuchDevice ? null : throw error;
    }

    /// <summary>Frees a device, at once or, while something holds it open, as soon as that has closed it.</summary>
    public static void Release(LoopDevice device)
    {
        using var handle = LinuxFile.OpenForReading(device.Path);
        if (LibC.IoctlValue(handle, Clear, 0) == 0)
            return;
        var error = LinuxFile.LastError($"{device.Path} could not be freed");
        if (error.ErrorNumber != ErrorNumbers.NoSuchDevice)
            throw error;
    }

    private static IEnumerable<LoopDevice> All() =>
        from directory in Directory.EnumerateDirectories("/sys/block", "loop*")
        let number = Path.GetFileName(directory)["loop".Length..]
        where int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        select new LoopDevice(int.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture));

    private static bool TryBind(SafeFileHandle device, SafeFileHandle file, LoopConfiguration configuration)
    {
        var referenced = false;
        try
        {
            file.DangerousAddRef(ref referenced);
            configuration.FileDescriptor = (uint)file.DangerousGetHandle();
            return LibC.Ioctl(device, Configure, &configuration) == 0;
        }
        finally
        {
            if (referenced)
                file.DangerousRelease();
        }
    }

    private static int NextFree()
    {
        if (!File.Exists(Control))
            _ = LibC.MakeNode(Control, CharacterDevice, ControlNumber);
        using var control = LinuxFile.OpenForWriting(Control);
        var number = LibC.IoctlValue(control, GetFree, 0);
        LinuxFile.ThrowIfFailed(number, "No free loop device could be had");
        return number;
    }

    // In a container /dev may lack the nodes of devices that the kernel has.
    private static void MakeNodeIfMissing(LoopDevice device)
    {
        if (!File.Exists(device.Path) && LibC.MakeNode(device.Path, BlockDevice, device.DeviceNumber()) < 0)
        {
            var error = LinuxFile.LastError($"{device.Path} does not exist and could not be made");
            if (error.ErrorNumber != ErrorNumbers.Exists)
                throw error;
        }
    }
}
