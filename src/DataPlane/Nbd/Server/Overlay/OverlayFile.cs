using System.Runtime.InteropServices;
using BackupEngine.DataPlane.Devices.Linux;
using BackupEngine.DataPlane.Errors;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.DataPlane.Nbd.Server.Overlay;

/// <summary>An overlay file of this host. While it is open no other process serves it.</summary>
internal sealed class OverlayFile : IOverlayFile
{
    private readonly SafeFileHandle _handle;
    private readonly string _path;

    private OverlayFile(SafeFileHandle handle, string path) => (_handle, _path) = (handle, path);

    /// <summary>Whether the file system refuses to give space back.</summary>
    public bool KeepsSpace { get; private set; }

    /// <summary>Opens the overlay of a backup, or makes an empty one where there is no file.</summary>
    /// <exception cref="UsageException">The file is something else, or the overlay of another backup, or in use by
    /// another process; nothing was changed.</exception>
    public static OverlayFile Open(string path, OverlayIdentity identity)
    {
        path = Path.GetFullPath(path);
        try
        {
            if (!Path.Exists(path))
            {
                Create(path, identity);
            }

            var file = new OverlayFile(OpenHandle(path, FileMode.Open), path);
            try
            {
                file.RequireOverlayOf(identity);
                return file;
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The overlay {path} cannot be used: {e.Message} Nothing was changed.", e);
        }
    }

    /// <inheritdoc/>
    public void Read(long offsetBytes, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var read = RandomAccess.Read(_handle, buffer, offsetBytes);
            if (read == 0)
            {
                throw new EndOfStreamException($"{_path} ends at {offsetBytes}: it became shorter while in use.");
            }

            offsetBytes += read;
            buffer = buffer[read..];
        }
    }

    /// <inheritdoc/>
    public void Write(long offsetBytes, ReadOnlySpan<byte> buffer) => RandomAccess.Write(_handle, buffer, offsetBytes);

    /// <inheritdoc/>
    public void Discard(long offsetBytes, long lengthBytes)
    {
        if (!KeepsSpace
            && LibC.Fallocate(_handle, LibC.PunchHoleAndKeepSize, offsetBytes, lengthBytes) != 0
            && Marshal.GetLastPInvokeError() is ErrorNumbers.NotSupported or ErrorNumbers.NotImplemented)
        {
            KeepsSpace = true;
        }
    }

    /// <inheritdoc/>
    public void Flush() => RandomAccess.FlushToDisk(_handle);

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    /// <summary>
    /// Whole under its name or not there at all: a crash leaves no half an overlay. Of two servers that begin at once
    /// the first keeps the name, and the lock on its file refuses the other; what clients wrote is never replaced.
    /// </summary>
    private static void Create(string path, OverlayIdentity identity)
    {
        var draft = $"{path}.{Guid.NewGuid():N}.new";
        try
        {
            using (var handle = OpenHandle(draft, FileMode.CreateNew))
            {
                File.SetUnixFileMode(handle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                RandomAccess.Write(handle, OverlayHeader.Write(identity), 0);
                RandomAccess.SetLength(handle, OverlayLayout.FileBytes(identity.VolumeBytes));
                RandomAccess.FlushToDisk(handle);
            }

            // A link fails where the name is taken; File.Move looks first and then replaces.
            if (LibC.Link(draft, path) != 0 && Marshal.GetLastPInvokeError() is not ErrorNumbers.Exists and var errno)
            {
                throw new IOException($"linking its draft failed: {Marshal.GetPInvokeErrorMessage(errno)}.");
            }

            FlushFolder(Path.GetDirectoryName(path)!);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private static SafeFileHandle OpenHandle(string path, FileMode mode) =>
        File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.None, FileOptions.RandomAccess);

    private static void FlushFolder(string path)
    {
        var errno = DeviceFile.TryOpen(path, OpenFlags.ReadOnly, out var folder);
        using (folder)
        {
            if (errno != 0 || LibC.Fsync(folder!) != 0)
            {
                throw new IOException($"{path} could not be made lasting.");
            }
        }
    }

    private void RequireOverlayOf(OverlayIdentity identity)
    {
        var page = new byte[OverlayLayout.BlockBytes];
        var length = new FileInfo(_path).Length;
        if (length >= page.Length)
        {
            Read(0, page);
        }

        var found = OverlayHeader.Read(page) ?? throw new UsageException(
            $"{_path} exists and is no overlay of this program, or its first page is damaged. It was left as it is. "
            + "Name a file that does not exist, to begin a new overlay.");
        if (found != identity)
        {
            throw new UsageException(
                $"{_path} is the overlay of {found}, not of {identity}. Over anything else its blocks are nonsense. It "
                + "was left as it is. Serve that backup, or name a file that does not exist.");
        }

        if (length != OverlayLayout.FileBytes(identity.VolumeBytes))
        {
            throw new UsageException(
                $"{_path} has {length} bytes, but as an overlay of {identity} it would have "
                + $"{OverlayLayout.FileBytes(identity.VolumeBytes)}: it was cut or copied badly. It was left as is.");
        }
    }
}
