using BackupEngine.ControlPlane.VolumeService.Linux;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.Copies;

/// <summary>
/// Makes files with the contents that another had at one moment. A reflink takes them so. A copy takes time, so it is
/// only good when nobody wrote to the source meanwhile: otherwise it is made again, and given up in the end.
/// </summary>
internal sealed class ContentCopier(CloneSupport support)
{
    private const int MaxAttempts = 3;
    private const int MaxLooks = 50;

    /// <summary>
    /// Timestamps of files may be this coarse: what is written sooner after the last write may not show.
    /// </summary>
    private static readonly TimeSpan TimestampGranularity = TimeSpan.FromMilliseconds(20);

    /// <summary>Makes <paramref name="target"/>, durable and whole, grown to <paramref name="sizeBytes"/>.</summary>
    public void Copy(
        string source, string target, long sizeBytes, UnixFileMode? mode, CancellationToken cancellationToken)
    {
        using var from = LinuxFile.OpenForReading(source);
        var sourceBytes = LinuxFile.Status(from, source).SizeBytes;
        if (sourceBytes > sizeBytes)
            throw new VolumeDriverException(
                $"{source} has {sourceBytes} bytes: it does not fit into {sizeBytes}. Nothing was changed. Ask for a "
                + "larger volume.");
        DurableFile.Publish(target, Fill, mode);

        void Fill(SafeFileHandle to)
        {
            if (support.Reflinks)
                Reflink.CloneWhole(from, to, source);
            else
                CopyWhileQuiet(from, to, sourceBytes, source, cancellationToken);
            LinuxFile.SetLength(to, sizeBytes, target);
        }
    }

    private static void CopyWhileQuiet(
        SafeFileHandle from, SafeFileHandle to, long sourceBytes, string source, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            LinuxFile.Flush(from, source);
            if (AwaitDistinctTimestamp(from, source, cancellationToken) is not { } before)
                continue;
            LinuxFile.SetLength(to, 0, "the copy of " + source);
            SparseCopy.Copy(from, to, sourceBytes, source, cancellationToken);
            if (LastWrite(from, source) == before)
                return;
        }

        throw new VolumeDriverException(
            $"{source} was written to during each of {MaxAttempts} attempts to copy it: the copy would mix several "
            + "moments. The volume is untouched, the copy was thrown away. Stop what writes to it, or keep the volumes "
            + "on XFS (reflink=1) or btrfs, where a snapshot is taken as of one moment.");
    }

    // Waits until a write from now on is bound to change the timestamp; null when the source does not stop being
    // written to.
    private static DateTime? AwaitDistinctTimestamp(
        SafeFileHandle file, string path, CancellationToken cancellationToken)
    {
        for (var look = 0; look < MaxLooks; look++)
        {
            var last = LastWrite(file, path);
            if ((TimeProvider.System.GetUtcNow().UtcDateTime - last).Duration() >= TimestampGranularity)
                return last;
            cancellationToken.WaitHandle.WaitOne(TimestampGranularity);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return null;
    }

    private static DateTime LastWrite(SafeFileHandle file, string path)
    {
        var status = LinuxFile.Status(file, path);
        return DateTime.UnixEpoch.AddSeconds(status.ModifySeconds).AddTicks(status.ModifyNanoseconds / 100);
    }
}
