using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.ExtentMaps;

/// <summary>
/// Compares two extent maps until two readings in a row agree. A balance or a defragmentation may move extents between
/// the reading of one map and that of the other; what had been at a place may then be taken for what is there now.
/// </summary>
internal static class StableComparison
{
    private const int MaxReadings = 6;

    /// <summary>The differences; null when the maps did not keep still.</summary>
    /// <param name="before">Reads the earlier map from its start.</param>
    /// <param name="after">Reads the later map from its start.</param>
    /// <param name="lengthBytes">How much both files have.</param>
    /// <param name="newList">Makes an empty list of differences.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static ChangedExtentList? Compare(
        Func<IEnumerable<FileExtent>> before,
        Func<IEnumerable<FileExtent>> after,
        long lengthBytes,
        Func<ChangedExtentList> newList,
        CancellationToken cancellationToken)
    {
        var seen = Array.Empty<byte>();
        for (var reading = 0; reading < MaxReadings; reading++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var digestOfBefore = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using var digestOfAfter = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var list = newList();
            ExtentMapComparison.AddDifferences(
                Digested(before(), digestOfBefore, cancellationToken),
                Digested(after(), digestOfAfter, cancellationToken),
                lengthBytes,
                list);
            byte[] now = [.. digestOfBefore.GetHashAndReset(), .. digestOfAfter.GetHashAndReset()];
            if (now.AsSpan().SequenceEqual(seen))
                return list;
            seen = now;
        }

        return null;
    }

    private static IEnumerable<FileExtent> Digested(
        IEnumerable<FileExtent> extents, IncrementalHash digest, CancellationToken cancellationToken)
    {
        foreach (var extent in extents)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Append(digest, extent);
            yield return extent;
        }
    }

    // SHARED comes and goes with other clones and moves nothing.
    private static void Append(IncrementalHash digest, FileExtent extent)
    {
        Span<long> facts =
            [extent.OffsetBytes, extent.PhysicalBytes, extent.LengthBytes, (long)(extent.Flags & ~ExtentFlags.Shared)];
        digest.AppendData(MemoryMarshal.AsBytes(facts));
    }
}
