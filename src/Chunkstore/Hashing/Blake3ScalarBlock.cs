using System.Numerics;
using System.Runtime.CompilerServices;

namespace BackupEngine.Chunkstore.Hashing;

/// <summary>
/// The compression function in general registers: the reference that every vector kernel is compared with.
/// </summary>
/// <remarks>Source: the BLAKE3 paper, section 2.2.</remarks>
internal static unsafe class Blake3ScalarBlock
{
    /// <summary>Compresses one 64-byte block into <paramref name="words"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Compress(ref Blake3Words words, byte* block, ulong counter, uint blockBytes, uint flags)
    {
        var m = (uint*)block;
        uint v0 = words[0], v1 = words[1], v2 = words[2], v3 = words[3];
        uint v4 = words[4], v5 = words[5], v6 = words[6], v7 = words[7];
        uint v8 = Blake3Constants.Iv0, v9 = Blake3Constants.Iv1, v10 = Blake3Constants.Iv2, v11 = Blake3Constants.Iv3;
        uint v12 = (uint)counter, v13 = (uint)(counter >> 32), v14 = blockBytes, v15 = flags;

        // Round 1: columns, then diagonals.
        Mix(ref v0, ref v4, ref v8, ref v12, m[0], m[1]);
        Mix(ref v1, ref v5, ref v9, ref v13, m[2], m[3]);
        Mix(ref v2, ref v6, ref v10, ref v14, m[4], m[5]);
        Mix(ref v3, ref v7, ref v11, ref v15, m[6], m[7]);
        Mix(ref v0, ref v5, ref v10, ref v15, m[8], m[9]);
        Mix(ref v1, ref v6, ref v11, ref v12, m[10], m[11]);
        Mix(ref v2, ref v7, ref v8, ref v13, m[12], m[13]);
        Mix(ref v3, ref v4, ref v9, ref v14, m[14], m[15]);

        // Round 2: columns, then diagonals.
        Mix(ref v0, ref v4, ref v8, ref v12, m[2], m[6]);
        Mix(ref v1, ref v5, ref v9, ref v13, m[3], m[10]);
        Mix(ref v2, ref v6, ref v10, ref v14, m[7], m[0]);
        Mix(ref v3, ref v7, ref v11, ref v15, m[4], m[13]);
        Mix(ref v0, ref v5, ref v10, ref v15, m[1], m[11]);
        Mix(ref v1, ref v6, ref v11, ref v12, m[12], m[5]);
        Mix(ref v2, ref v7, ref v8, ref v13, m[9], m[14]);
        Mix(ref v3, ref v4, ref v9, ref v14, m[15], m[8]);

        // Round 3: columns, then diagonals.
        Mix(ref v0, ref v4, ref v8, ref v12, m[3], m[4]);
        Mix(ref v1, ref v5, ref v9, ref v13, m[10], m[12]);
        Mix(ref v2, ref v6, ref v10, ref v14, m[13], m[2]);
        Mix(ref v3, ref v7, ref v11, ref v15, m[7], m[14]);
        Mix(ref v0, ref v5, ref v10, ref v15, m[6], m[5]);
        Mix(ref v1, ref v6, ref v11, ref v12, m[9], m[0]);
        Mix(ref v2, ref v7, ref v8, ref v13, m[11], m[15]);
        Mix(ref v3, ref v4, ref v9, ref v14, m[8], m[1]);

        // Round 4: columns, then diagonals.
        Mix(ref v0, ref v4, ref v8, ref v12, m[10], m[7]);
        Mix(ref v1, ref v5, ref v9, ref v13, m[12], m[9]);
        Mix(ref v2, ref v6, ref v10, ref v14, m[14], m[3]);
        Mix(ref v3, ref v7, ref v11, ref v15, m[13], m[15]);
        Mix(ref v0, ref v5, ref v10, ref v15, m[4], m[0]);
        Mix(ref v1, ref v6, ref v11, ref v12, m[11], m[2]);
        Mix(ref v2, ref v7, ref v8, ref v13, m[5], m[8]);
        Mix(ref v3, ref v4, ref v9, ref v14, m[1], m[6]);

        // Round 5: columns, then diagonals.
        Mix(ref v0, ref v4, ref v8, ref v12, m[12], m[13]);
        Mix(ref v1, ref v5, ref v9, ref v13, m[9], m[11]);
        Mix(ref v2, ref v6, ref v10, ref v14, m[15], m[10]);
        Mix(ref v3, ref v7, ref v11, ref v15, m[14], m[8]);
        Mix(ref v0, ref v5, ref v10, ref v15, m[7], m[2]);
        Mix(ref v1, ref v6, ref v11, ref v12, m[5], m[3]);
        Mix(ref v2, ref v7, ref v8, ref v13, m[0], m[1]);
        Mix(ref v3, ref v4, ref v9, ref v14, m[6], m[4]);

        // Round 6: columns, then diagonals.
        Mix(ref v0, ref v4, ref v8, ref v12, m[9], m[14]);
        Mix(ref v1, ref v5, ref v9, ref v13, m[11], m[5]);
        Mix(ref v2, ref v6, ref v10, ref v14, m[8], m[12]);
        Mix(ref v3, ref v7, ref v11, ref v15, m[15], m[1]);
        Mix(ref v0, ref v5, ref v10, ref v15, m[13], m[3]);
        Mix(ref v1, ref v6, ref v11, ref v12, m[0], m[10]);
        Mix(ref v2, ref v7, ref v8, ref v13, m[2], m[6]);
        Mix(ref v3, ref v4, ref v9, ref v14, m[4], m[7]);

        // Round 7: columns, then diagonals.
        Mix(ref v0, ref v4, ref v8, ref v12, m[11], m[15]);
        Mix(ref v1, ref v5, ref v9, ref v13, m[5], m[0]);
        Mix(ref v2, ref v6, ref v10, ref v14, m[1], m[9]);
        Mix(ref v3, ref v7, ref v11, ref v15, m[8], m[6]);
        Mix(ref v0, ref v5, ref v10, ref v15, m[14], m[10]);
        Mix(ref v1, ref v6, ref v11, ref v12, m[2], m[12]);
        Mix(ref v2, ref v7, ref v8, ref v13, m[3], m[4]);
        Mix(ref v3, ref v4, ref v9, ref v14, m[7], m[13]);

        words[0] = v0 ^ v8;
        words[1] = v1 ^ v9;
        words[2] = v2 ^ v10;
        words[3] = v3 ^ v11;
        words[4] = v4 ^ v12;
        words[5] = v5 ^ v13;
        words[6] = v6 ^ v14;
        words[7] = v7 ^ v15;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref uint a, ref uint b, ref uint c, ref uint d, uint x, uint y)
    {
        a += b + x;
        d = BitOperations.RotateRight(d ^ a, 16);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 12);
        a += b + y;
        d = BitOperations.RotateRight(d ^ a, 8);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 7);
    }
}
