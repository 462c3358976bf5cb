using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Devices.Linux;

namespace BackupEngine.DataPlane.Restore;

/// <summary>
/// The target of a restore by its path. Where nothing is there, a sparse file of the volume's size is created, and
/// removed again unless <see cref="Keep"/> is called; so is done with an empty file, which is emptied again.
/// </summary>
public sealed class RestoreTarget : IDisposable
{
    private readonly string _path;
    private readonly bool _created;
    private bool _keep;

    private RestoreTarget(string path, IBlockDevice device, bool created, bool isZero)
    {
        _path = path;
        _created = created;
        Device = device;
        IsZero = isZero;
    }

    /// <summary>The opened target.</summary>
    public IBlockDevice Device { get; }

    /// <summary>Whether it reads as zeros everywhere, because it was made just now.</summary>
    public bool IsZero { get; }

    /// <summary>What becomes of the target unless it is kept; null where it stays as it is, incomplete.</summary>
    public string? UndoNote => (IsZero, _created) switch
    {
        (false, _) => null,
        (true, true) => $"{_path} was new, and was removed again.",
        (true, false) => $"{_path} was empty, and was emptied again.",
    };

    /// <summary>Opens or creates a target.</summary>
    /// <param name="path">A block device, a regular file, or nothing yet.</param>
    /// <param name="volumeBytes">Size of the volume to be restored.</param>
    /// <param name="direct">Bypass the page cache.</param>
    /// <exception cref="DeviceException">It cannot be opened or created; nothing was changed.</exception>
    public static RestoreTarget Open(string path, long volumeBytes, bool direct)
    {
        var exists = Path.Exists(path);
        var isEmpty = exists && DeviceFile.KindOf(path) == FileKind.RegularFile && new FileInfo(path).Length == 0;
        return exists && !isEmpty
            ? new RestoreTarget(path, Open(path, direct), created: false, isZero: false)
            : Make(path, volumeBytes, direct, created: !exists);
    }

    /// <summary>A target that is there and open; it is closed with this object.</summary>
    public static RestoreTarget Of(IBlockDevice device) => new(device.Name, device, created: false, isZero: false);

    /// <summary>The target holds the whole volume: what was created stays.</summary>
    public void Keep() => _keep = true;

    /// <summary>Closes the target.</summary>
    public void Dispose()
    {
        Device.Dispose();
        if (!_keep)
        {
            Undo(_path, _created, IsZero);
        }
    }

    private static RestoreTarget Make(string path, long volumeBytes, bool direct, bool created)
    {
        try
        {
            SetLength(path, volumeBytes, created ? FileMode.CreateNew : FileMode.Open);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DeviceException(
                DeviceErrorKind.NotUsable, $"{path} cannot be created: {e.Message} Nothing was written.", e);
        }

        return OpenMade(path, direct, created);
    }

    private static RestoreTarget OpenMade(string path, bool direct, bool created)
    {
        try
        {
            return new RestoreTarget(path, Open(path, direct), created, isZero: true);
        }
        catch
        {
            Undo(path, created, isZero: true);
            throw;
        }
    }

    private static BlockDevice Open(string path, bool direct) => BlockDevice.Open(path, DeviceAccess.ReadWrite, direct);

    private static void Undo(string path, bool created, bool isZero)
    {
        if (created)
        {
            File.Delete(path);
        }
        else if (isZero)
        {
            SetLength(path, 0, FileMode.Open);
        }
    }

    private static void SetLength(string path, long lengthBytes, FileMode mode)
    {
        // Only its owner may read what was in the volume.
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.Write,
            UnixCreateMode = mode == FileMode.CreateNew ? UnixFileMode.UserRead | UnixFileMode.UserWrite : null,
        });
        file.SetLength(lengthBytes);
    }
}
