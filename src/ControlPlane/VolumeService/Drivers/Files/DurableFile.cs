using BackupEngine.ControlPlane.VolumeService.Linux;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files;

/// <summary>
/// Files that exist whole or not at all, whatever crashes when: written under a partial name, flushed, renamed, the
/// directory flushed. The caller sees to it that no two threads make the same file.
/// </summary>
internal static class DurableFile
{
    /// <summary>Makes a file. When <paramref name="fill"/> fails, nothing is left.</summary>
    public static void Publish(string path, Action<SafeFileHandle> fill, UnixFileMode? mode = null)
    {
        var partial = path + DriverLayout.PartialSuffix;
        File.Delete(partial);
        try
        {
            using (var handle = LinuxFile.CreateNew(partial))
            {
                fill(handle);
                if (mode is not null)
                    File.SetUnixFileMode(handle, mode.Value);
                LinuxFile.Flush(handle, partial);
            }

            if (File.Exists(path))
                throw new VolumeDriverException($"{path} exists already: it is left as it is.");
            File.Move(partial, path, overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }

        LinuxFile.FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Gives a file more bytes, zeros, durably; never fewer.</summary>
    public static void Extend(string path, long lengthBytes)
    {
        var present = new FileInfo(path).Length;
        if (present > lengthBytes)
            throw new VolumeDriverException(
                $"{path} has {present} bytes, more than the {lengthBytes} that it is to have. It is left as it is.");
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        LinuxFile.SetLength(handle, lengthBytes, path);
        LinuxFile.Flush(handle, path);
    }

    /// <summary>Removes a file for good; one that is not there is no error.</summary>
    public static void Remove(string path)
    {
        File.Delete(path);
        LinuxFile.FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Makes a directory and its name durable.</summary>
    public static void MakeDirectory(string path)
    {
        if (Directory.Exists(path))
            return;
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        LinuxFile.FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Removes a directory with the files in it.</summary>
    public static void RemoveDirectory(string path)
    {
        if (!Directory.Exists(path))
            return;
        Directory.Delete(path, recursive: true);
        LinuxFile.FlushDirectory(Path.GetDirectoryName(path)!);
    }
}
