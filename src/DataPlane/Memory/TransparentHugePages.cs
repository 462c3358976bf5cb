namespace BackupEngine.DataPlane.Memory;

/// <summary>Whether this host grants transparent huge pages to those who ask.</summary>
internal static class TransparentHugePages
{
    private const string Setting = "/sys/kernel/mm/transparent_hugepage/enabled";

    /// <summary>
    /// False when the setting is "never", or when the kernel has none: madvise succeeds all the same.
    /// </summary>
    public static bool Enabled { get; } = Read();

    private static bool Read()
    {
        try
        {
            return !File.ReadAllText(Setting).Contains("[never]", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
