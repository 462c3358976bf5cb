using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace BackupEngine.Chunkstore.Hashing;

/// <summary>Which kernels this processor runs, and which of them is the fastest.</summary>
internal static class Blake3Kernels
{
    /// <summary>The widest kernel supported; the choice for the whole life of the process.</summary>
    public static readonly Blake3Kernel Best = Choose();

    public static bool IsSupported(Blake3Kernel kernel) => kernel switch
    {
        Blake3Kernel.Scalar => true,
        Blake3Kernel.Vector128 => Ssse3.IsSupported || AdvSimd.Arm64.IsSupported,
        Blake3Kernel.Vector256 => Avx2.IsSupported,

        // Not Vector512.IsHardwareAccelerated: it is false on the processors whose clock falls under 512-bit vectors,
        // and on those too sixteen lanes at once are faster than eight.
        Blake3Kernel.Vector512 => Avx512F.IsSupported && Avx512F.VL.IsSupported,
        _ => false,
    };

    private static Blake3Kernel Choose()
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("BLAKE3 is written for little-endian processors only.");
        }

        var best = Blake3Kernel.Vector512;
        while (!IsSupported(best))
        {
            best--;
        }

        return best;
    }
}
