using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace BackupEngine.Chunkstore.Hashing;

/// <summary>The compression function on one block in 128-bit vectors: each holds a row of the 4 x 4 state.</summary>
internal static unsafe class Blake3RowBlock
{
    /// <summary>Compresses one 64-byte block into <paramref name="words"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Compress(ref Blake3Words words, byte* block, ulong counter, uint blockBytes, uint flags)
    {
        var m = (uint*)block;
        ref var first = ref words[0];
        var a = Vector128.LoadUnsafe(ref first);
        var b = Vector128.LoadUnsafe(ref first, 4);
        var c = Vector128.Create(Blake3Constants.Iv0, Blake3Constants.Iv1, Blake3Constants.Iv2, Blake3Constants.Iv3);
        var d = Vector128.Create((uint)counter, (uint)(counter >> 32), blockBytes, flags);

        // Round 1: columns, then diagonals.
        Mix(ref a, ref b, ref c, ref d, Pick(m, 0, 2, 4, 6), Pick(m, 1, 3, 5, 7));
        MixDiagonals(ref a, ref b, ref c, ref d, Pick(m, 8, 10, 12, 14), Pick(m, 9, 11, 13, 15));

        // Round 2: columns, then diagonals.
        Mix(ref a, ref b, ref c, ref d, Pick(m, 2, 3, 7, 4), Pick(m, 6, 10, 0, 13));
        MixDiagonals(ref a, ref b, ref c, ref d, Pick(m, 1, 12, 9, 15), Pick(m, 11, 5, 14, 8));

        // Round 3: columns, then diagonals.
        Mix(ref a, ref b, ref c, ref d, Pick(m, 3, 10, 13, 7), Pick(m, 4, 12, 2, 14));
        MixDiagonals(ref a, ref b, ref c, ref d, Pick(m, 6, 9, 11, 8), Pick(m, 5, 0, 15, 1));

        // Round 4: columns, then diagonals.
        Mix(ref a, ref b, ref c, ref d, Pick(m, 10, 12, 14, 13), Pick(m, 7, 9, 3, 15));
        MixDiagonals(ref a, ref b, ref c, ref d, Pick(m, 4, 11, 5, 1), Pick(m, 0, 2, 8, 6));

        // Round 5: columns, then diagonals.
        Mix(ref a, ref b, ref c, ref d, Pick(m, 12, 9, 15, 14), Pick(m, 13, 11, 10, 8));
        MixDiagonals(ref a, ref b, ref c, ref d, Pick(m, 7, 5, 0, 6), Pick(m, 2, 3, 1, 4));

        // Round 6: columns, then diagonals.
        Mix(ref a, ref b, ref c, ref d, Pick(m, 9, 11, 8, 15), Pick(m, 14, 5, 12, 1));
        MixDiagonals(ref a, ref b, ref c, ref d, Pick(m, 13, 0, 2, 4), Pick(m, 3, 10, 6, 7));

        // Round 7: columns, then diagonals.
        Mix(ref a, ref b, ref c, ref d, Pick(m, 11, 5, 1, 8), Pick(m, 15, 0, 9, 6));
        MixDiagonals(ref a, ref b, ref c, ref d, Pick(m, 14, 2, 3, 7), Pick(m, 10, 12, 4, 13));

        (a ^ c).StoreUnsafe(ref first);
        (b ^ d).StoreUnsafe(ref first, 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Pick(uint* m, int i, int j, int k, int l) =>
        Vector128.Create(m[i], m[j], m[k], m[l]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MixDiagonals(
        ref Vector128<uint> a, ref Vector128<uint> b, ref Vector128<uint> c, ref Vector128<uint> d,
        Vector128<uint> x, Vector128<uint> y)
    {
        b = Vector128.Shuffle(b, Vector128.Create(1u, 2, 3, 0));
        c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
        d = Vector128.Shuffle(d, Vector128.Create(3u, 0, 1, 2));
        Mix(ref a, ref b, ref c, ref d, x, y);
        b = Vector128.Shuffle(b, Vector128.Create(3u, 0, 1, 2));
        c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
        d = Vector128.Shuffle(d, Vector128.Create(1u, 2, 3, 0));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(
        ref Vector128<uint> a, ref Vector128<uint> b, ref Vector128<uint> c, ref Vector128<uint> d,
        Vector128<uint> x, Vector128<uint> y)
    {
        a = a + x + b;
        d = Blake3Rotate.Right16(d ^ a);
        c += d;
        b = Blake3Rotate.Right12(b ^ c);
        a = a + y + b;
        d = Blake3Rotate.Right8(d ^ a);
        c += d;
        b = Blake3Rotate.Right7(b ^ c);
    }
}
