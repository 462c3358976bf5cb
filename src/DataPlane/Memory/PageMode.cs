namespace BackupEngine.DataPlane.Memory;

/// <summary>
/// What kind of pages buffers live in. Fewer, larger pages make direct I/O cheaper: the kernel pins each page of a
/// transfer.
/// </summary>
public enum PageMode
{
    /// <summary>Pages of 2 MiB that the administrator reserved (vm.nr_hugepages).</summary>
    HugeTlb,

    /// <summary>Transparent huge pages, asked for with madvise.</summary>
    Madvise,

    /// <summary>Ordinary pages: huge ones are switched off on this host.</summary>
    SmallPages,
}
