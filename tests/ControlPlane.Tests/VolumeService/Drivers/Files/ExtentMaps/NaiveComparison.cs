using BackupEngine.ControlPlane.VolumeService.Drivers.Files.ExtentMaps;

namespace BackupEngine.ControlPlane.Tests.VolumeService.Drivers.Files.ExtentMaps;

/// <summary>Comparisons that look right, each with one rule left out: what the pitfalls are shown with.</summary>
internal static class NaiveComparison
{
    /// <summary>Only the place counts, flags do not.</summary>
    public static bool FindsNoChangeByPlace(FileExtent[] before, FileExtent[] after) =>
        before.Select(Place).SequenceEqual(after.Select(Place));

    /// <summary>Every flag counts.</summary>
    public static bool FindsNoChangeByPlaceAndEveryFlag(FileExtent[] before, FileExtent[] after) =>
        before.SequenceEqual(after);

    private static (long, long, long) Place(FileExtent extent) =>
        (extent.OffsetBytes, extent.PhysicalBytes, extent.LengthBytes);
}
