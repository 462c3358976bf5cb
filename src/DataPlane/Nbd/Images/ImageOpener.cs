using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Nbd.Client;
using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Images;

/// <summary>
/// Opens the source of a backup: a block device or file, an NBD export, or an image of another format. A format is
/// never guessed: what a guest writes at the beginning of its raw volume would decide how its host reads it.
/// </summary>
public static class ImageOpener
{
    /// <summary>Opens a source.</summary>
    /// <param name="source">A path or an NBD URI.</param>
    /// <param name="format">What is in the file; null where nobody said.</param>
    /// <param name="direct">Whether to bypass the page cache of this host.</param>
    /// <param name="bitmap">The dirty bitmap that says what changed; null for none.</param>
    /// <param name="nbd">How NBD servers are reached.</param>
    /// <param name="logger">Told what was opened.</param>
    /// <exception cref="UsageException">The format does not go with the source, or nobody said it.</exception>
    /// <exception cref="DeviceException">The source cannot be opened.</exception>
    public static IBlockDevice Open(
        string source,
        ImageFormat? format,
        bool direct,
        string? bitmap,
        Func<NbdUri, NbdClientOptions> nbd,
        ILogger logger)
    {
        if (NbdUri.IsMeant(source))
        {
            return format == ImageFormat.Qcow2
                ? throw new UsageException("An NBD server gives the volume, not an image: leave the format away.")
                : NbdDevice.Open(
                    WithContexts(nbd(NbdUri.Parse(source)), bitmap) with { Bitmap = bitmap },
                    DeviceAccess.Read,
                    logger);
        }

        if (format == ImageFormat.Qcow2)
        {
            return OpenQcow2(Path.GetFullPath(source), bitmap, nbd, logger);
        }

        RefuseGuess(source, format, bitmap);
        return BlockDevice.Open(source, DeviceAccess.Read, direct);
    }

    private static NbdDevice OpenQcow2(
        string image, string? bitmap, Func<NbdUri, NbdClientOptions> nbd, ILogger logger)
    {
        var header = Qcow2Header.Read(image);
        if (header.HasBackingFile || header.HasDataFile)
        {
            throw new DeviceException(
                DeviceErrorKind.NotUsable,
                $"{image} names another file that holds a part of the volume. Whoever writes an image could name any "
                + "file of this host, so it is not opened; serve it with qemu-nbd and name its NBD URI instead.");
        }

        if (bitmap is null)
        {
            return QemuNbd.Open(image, uri => WithContexts(nbd(uri), bitmap: null), bitmap: null, logger);
        }

        try
        {
            return QemuNbd.Open(
                image, uri => WithContexts(nbd(uri), bitmap) with { Bitmap = bitmap }, bitmap, logger);
        }
        catch (DeviceException e) when (e.Kind == DeviceErrorKind.NotUsable)
        {
            // Without the bitmap the image may open: then everything is read, and this is said to be why.
            return QemuNbd.Open(
                image,
                uri => WithContexts(nbd(uri), bitmap: null) with { Bitmap = bitmap, BitmapRefused = e.Message },
                bitmap: null,
                logger);
        }
    }

    private static NbdClientOptions WithContexts(NbdClientOptions options, string? bitmap) => options with
    {
        Contexts = bitmap is null
            ? [MetaContexts.Allocation]
            : [MetaContexts.Allocation, MetaContexts.DirtyBitmapPrefix + bitmap],
    };

    private static void RefuseGuess(string source, ImageFormat? format, string? bitmap)
    {
        if (bitmap is not null)
        {
            throw new UsageException("A dirty bitmap goes with an NBD URI or a qcow2 image as the source.");
        }

        if (format is null && Qcow2Header.IsAt(source))
        {
            throw new UsageException(
                $"{source} begins like a qcow2 image: say --source-format qcow2 to back up the volume in it, or "
                + "--source-format raw to back up the file as it is. Nothing was backed up.");
        }
    }
}
