namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>Names of metadata contexts.</summary>
public static class MetaContexts
{
    /// <summary>Which extents are allocated, and which read as zeros: <see cref="AllocationStatus"/>.</summary>
    public const string Allocation = "base:allocation";

    /// <summary>QEMU's dirty bitmaps, before the name of the bitmap; bit 0 of a status is "dirty".</summary>
    public const string DirtyBitmapPrefix = "qemu:dirty-bitmap:";

    /// <summary>Bit 0 of a status in a dirty bitmap: something was written there.</summary>
    public const ulong Dirty = 1;
}
