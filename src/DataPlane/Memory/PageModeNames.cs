namespace BackupEngine.DataPlane.Memory;

/// <summary>The words for page modes in logs and in the protocol.</summary>
public static class PageModeNames
{
    /// <summary>"hugetlb", "madvise" or "small-pages".</summary>
    public static string ToText(this PageMode mode) => mode switch
    {
        PageMode.HugeTlb => "hugetlb",
        PageMode.Madvise => "madvise",
        _ => "small-pages",
    };
}
