namespace BackupEngine.Chunkstore.Hashing;

/// <summary>Which instructions BLAKE3 runs on. Every kernel gives the same digests.</summary>
public enum Blake3Kernel
{
    /// <summary>One block at a time in general registers; runs everywhere.</summary>
    Scalar = 0,

    /// <summary>Four leaves at a time in 128-bit vectors (SSE, AdvSimd).</summary>
    Vector128 = 1,

    /// <summary>Eight leaves at a time in 256-bit vectors (AVX2).</summary>
    Vector256 = 2,

    /// <summary>Sixteen leaves at a time in 512-bit vectors (AVX-512 F, BW and VL).</summary>
    Vector512 = 3,
}
