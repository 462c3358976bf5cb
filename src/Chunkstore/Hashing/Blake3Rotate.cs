using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BackupEngine.Chunkstore.Hashing;

/// <summary>
/// The four rotations of BLAKE3 on 128-bit vectors: one instruction with AVX-512, else a shuffle of bytes where the
/// count is whole bytes, else two shifts.
/// </summary>
internal static class Blake3Rotate
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Right16(Vector128<uint> words) => Avx512F.VL.IsSupported
        ? Avx512F.VL.RotateRight(words, 16)
        : Vector128.Shuffle(
            words.AsByte(),
            Vector128.Create((byte)2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Right12(Vector128<uint> words) => Avx512F.VL.IsSupported
        ? Avx512F.VL.RotateRight(words, 12)
        : (words >>> 12) | (words << 20);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Right8(Vector128<uint> words) => Avx512F.VL.IsSupported
        ? Avx512F.VL.RotateRight(words, 8)
        : Vector128.Shuffle(
            words.AsByte(),
            Vector128.Create((byte)1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Right7(Vector128<uint> words) => Avx512F.VL.IsSupported
        ? Avx512F.VL.RotateRight(words, 7)
        : (words >>> 7) | (words << 25);
}
