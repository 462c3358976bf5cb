namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.ExtentMaps;

/// <summary>
/// What may differ between two files of one file system, by where their contents are. Valid only while both files exist
/// and neither is ever written: then a block that both refer to is shared, never written in place and never given to
/// another file.
/// </summary>
internal static class ExtentMapComparison
{
    /// <summary>
    /// Adds the ranges of the first <paramref name="lengthBytes"/> bytes that are not proven the same.
    /// </summary>
    public static void AddDifferences(
        IEnumerable<FileExtent> before, IEnumerable<FileExtent> after, long lengthBytes, ChangedExtentList differences)
    {
        using var a = new ExtentCursor(before);
        using var b = new ExtentCursor(after);
        for (var position = 0L; position < lengthBytes; position = a.OffsetBytes)
        {
            var end = Math.Min(lengthBytes, Math.Min(a.EndBytes, b.EndBytes));
            if (!AreSame(a.Extent, b.Extent, position))
                differences.Add(position, end);
            a.MoveTo(end);
            b.MoveTo(end);
        }
    }

    private static bool AreSame(FileExtent? before, FileExtent? after, long position) => (before, after) switch
    {
        (null, null) => true,
        ({ IdentifiesContents: true } a, { IdentifiesContents: true } b) =>
            a.ContentFlags == b.ContentFlags && PlaceOf(a, position) == PlaceOf(b, position),
        _ => false,
    };

    private static long PlaceOf(FileExtent extent, long position) =>
        extent.PhysicalBytes + (position - extent.OffsetBytes);
}
