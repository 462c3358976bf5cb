namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.ExtentMaps;

/// <summary>Where a file system keeps a range of a file.</summary>
/// <param name="OffsetBytes">First byte in the file.</param>
/// <param name="PhysicalBytes">First byte on the device, or in the file system's own address space (btrfs).</param>
/// <param name="LengthBytes">Number of bytes.</param>
/// <param name="Flags">What is known about it.</param>
internal readonly record struct FileExtent(long OffsetBytes, long PhysicalBytes, long LengthBytes, ExtentFlags Flags)
{
    /// <summary>
    /// Flags that say nothing about the contents: the map's end, how it was put together, who else shares the extent.
    /// </summary>
    private const ExtentFlags SayNothing = ExtentFlags.Last | ExtentFlags.Merged | ExtentFlags.Shared;

    private const ExtentFlags Understood = SayNothing | ExtentFlags.Unwritten;

    /// <summary>First byte in the file that is not part of it.</summary>
    public long EndBytes => OffsetBytes + LengthBytes;

    /// <summary>The flags that tell contents apart.</summary>
    public ExtentFlags ContentFlags => Flags & ~SayNothing;

    /// <summary>
    /// Whether the same place means the same contents: one place on the device, holding the bytes as they are. Any flag
    /// that says otherwise, or that is not known here, means that it does not.
    /// </summary>
    public bool IdentifiesContents => (Flags & ~Understood) == ExtentFlags.None && PhysicalBytes > 0;
}
