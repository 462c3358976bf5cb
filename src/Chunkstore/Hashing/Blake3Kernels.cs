namespace BackupEngine.Chunkstore.Hashing;

/// <summary>Which kernels this processor runs, and which of them is the fastest.</summary>
internal static class Blake3Kernels
{
    /// <summary>The widest kernel supported; the choice for the whole life of the process.</summary>
    public static readonly Blake3Kernel Best = Choose();

    public static bool IsSupported(Blake3Kernel kernel) => kernel switch
    {
        Blake3Kernel.Scalar => true,
        _ => false,
    };

    private static Blake3Kernel Choose()
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("BLAKE3 is written for little-endian processors only.");
        }

        return Enum.GetValues<Blake3Kernel>().Where(IsSupported).Max();
    }
}
