namespace BackupEngine.Benchmarks.Running;

/// <summary>Sizes that the smoke run makes small.</summary>
internal static class Scale
{
    /// <summary>Set once, before the first benchmark is made.</summary>
    public static bool IsSmoke { get; set; }

    public static int VolumeBytes => IsSmoke ? 32 << 20 : 512 << 20;

    public static int IndexEntries => IsSmoke ? 20_000 : 4_000_000;
}
