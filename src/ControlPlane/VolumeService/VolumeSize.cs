namespace BackupEngine.ControlPlane.VolumeService;

/// <summary>Sizes of volumes as the records have them.</summary>
internal static class VolumeSize
{
    private const int GiBShift = 30;

    public static long InBytes(int sizeGiB) => (long)sizeGiB << GiBShift;
}
