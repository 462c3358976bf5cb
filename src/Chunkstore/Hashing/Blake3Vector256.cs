using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BackupEngine.Chunkstore.Hashing;

/// <summary>Eight nodes at a time in 256-bit vectors: word i of all eight states lies in one vector.</summary>
/// <remarks>
/// Before AVX-512 there are sixteen registers, as many as the state has words. So the third row of the state lives in
/// memory: its sums are stored as they are made, and the words of the block are read where they are added. Nothing is
/// spilled that way.
/// </remarks>
internal static unsafe class Blake3Vector256
{
    public const int Lanes = 8;

    private const int WordsPerBlock = 16;
    private const int VectorBytes = 32;

    /// <summary>Hashes eight nodes into eight chaining values.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Hash(in Blake3Batch batch, byte* input, byte* output)
    {
        var buffer = stackalloc byte[(WordsPerBlock + 4 + 1) * VectorBytes];
        var m = (Vector256<uint>*)(((nuint)buffer + VectorBytes - 1) & ~(nuint)(VectorBytes - 1));
        var index = Vector256.Create(0u, 1, 2, 3, 4, 5, 6, 7) & Vector256.Create(batch.CounterMask);
        var counterLow = Vector256.Create((uint)batch.Counter) + index;
        var counterHigh = Vector256.Create((uint)(batch.Counter >> 32)) - Vector256.LessThan(counterLow, index);
        var c = m + WordsPerBlock;
        var strideBytes = batch.StrideBytes;
        var ahead = input + (batch.IsLeaf ? Lanes * Blake3Constants.LeafBytes : 0);
        Vector256<uint> v0 = Vector256.Create(batch.Key[0]), v1 = Vector256.Create(batch.Key[1]);
        Vector256<uint> v2 = Vector256.Create(batch.Key[2]), v3 = Vector256.Create(batch.Key[3]);
        Vector256<uint> v4 = Vector256.Create(batch.Key[4]), v5 = Vector256.Create(batch.Key[5]);
        Vector256<uint> v6 = Vector256.Create(batch.Key[6]), v7 = Vector256.Create(batch.Key[7]);
        for (var block = 0; block < batch.Blocks; block++)
        {
            PrefetchLines(ahead + (block * Lanes * Blake3Constants.BlockBytes));
            GatherBlock(input + (block * Blake3Constants.BlockBytes), strideBytes, m);
            c[0] = Vector256.Create(Blake3Constants.Iv0);
            c[1] = Vector256.Create(Blake3Constants.Iv1);
            c[2] = Vector256.Create(Blake3Constants.Iv2);
            c[3] = Vector256.Create(Blake3Constants.Iv3);
            var v12 = counterLow;
            var v13 = counterHigh;
            var v14 = Vector256.Create((uint)Blake3Constants.BlockBytes);
            var v15 = Vector256.Create(batch.FlagsOf(block));

            // Round 1: columns, then diagonals.
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
                c + 0, c + 1, c + 2, c + 3, ref v12, ref v13, ref v14, ref v15,
                m + 0, m + 2, m + 4, m + 6, m + 1, m + 3, m + 5, m + 7);
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4,
                c + 2, c + 3, c + 0, c + 1, ref v15, ref v12, ref v13, ref v14,
                m + 8, m + 10, m + 12, m + 14, m + 9, m + 11, m + 13, m + 15);

            // Round 2: columns, then diagonals.
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
                c + 0, c + 1, c + 2, c + 3, ref v12, ref v13, ref v14, ref v15,
                m + 2, m + 3, m + 7, m + 4, m + 6, m + 10, m + 0, m + 13);
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4,
                c + 2, c + 3, c + 0, c + 1, ref v15, ref v12, ref v13, ref v14,
                m + 1, m + 12, m + 9, m + 15, m + 11, m + 5, m + 14, m + 8);

            // Round 3: columns, then diagonals.
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
                c + 0, c + 1, c + 2, c + 3, ref v12, ref v13, ref v14, ref v15,
                m + 3, m + 10, m + 13, m + 7, m + 4, m + 12, m + 2, m + 14);
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4,
                c + 2, c + 3, c + 0, c + 1, ref v15, ref v12, ref v13, ref v14,
                m + 6, m + 9, m + 11, m + 8, m + 5, m + 0, m + 15, m + 1);

            // Round 4: columns, then diagonals.
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
                c + 0, c + 1, c + 2, c + 3, ref v12, ref v13, ref v14, ref v15,
                m + 10, m + 12, m + 14, m + 13, m + 7, m + 9, m + 3, m + 15);
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4,
                c + 2, c + 3, c + 0, c + 1, ref v15, ref v12, ref v13, ref v14,
                m + 4, m + 11, m + 5, m + 1, m + 0, m + 2, m + 8, m + 6);

            // Round 5: columns, then diagonals.
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
                c + 0, c + 1, c + 2, c + 3, ref v12, ref v13, ref v14, ref v15,
                m + 12, m + 9, m + 15, m + 14, m + 13, m + 11, m + 10, m + 8);
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4,
                c + 2, c + 3, c + 0, c + 1, ref v15, ref v12, ref v13, ref v14,
                m + 7, m + 5, m + 0, m + 6, m + 2, m + 3, m + 1, m + 4);

            // Round 6: columns, then diagonals.
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
                c + 0, c + 1, c + 2, c + 3, ref v12, ref v13, ref v14, ref v15,
                m + 9, m + 11, m + 8, m + 15, m + 14, m + 5, m + 12, m + 1);
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4,
                c + 2, c + 3, c + 0, c + 1, ref v15, ref v12, ref v13, ref v14,
                m + 13, m + 0, m + 2, m + 4, m + 3, m + 10, m + 6, m + 7);

            // Round 7: columns, then diagonals.
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
                c + 0, c + 1, c + 2, c + 3, ref v12, ref v13, ref v14, ref v15,
                m + 11, m + 5, m + 1, m + 8, m + 15, m + 0, m + 9, m + 6);
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4,
                c + 2, c + 3, c + 0, c + 1, ref v15, ref v12, ref v13, ref v14,
                m + 14, m + 2, m + 3, m + 7, m + 10, m + 12, m + 4, m + 13);

            v0 ^= c[0];
            v1 ^= c[1];
            v2 ^= c[2];
            v3 ^= c[3];
            v4 ^= v12;
            v5 ^= v13;
            v6 ^= v14;
            v7 ^= v15;
        }

        m[0] = v0;
        m[1] = v1;
        m[2] = v2;
        m[3] = v3;
        m[4] = v4;
        m[5] = v5;
        m[6] = v6;
        m[7] = v7;
        Store(m, output);
    }

    /// <summary>Four quarter rounds side by side, so that no instruction waits for the one before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(
        ref Vector256<uint> a0, ref Vector256<uint> a1, ref Vector256<uint> a2, ref Vector256<uint> a3,
        ref Vector256<uint> b0, ref Vector256<uint> b1, ref Vector256<uint> b2, ref Vector256<uint> b3,
        Vector256<uint>* c0, Vector256<uint>* c1, Vector256<uint>* c2, Vector256<uint>* c3,
        ref Vector256<uint> d0, ref Vector256<uint> d1, ref Vector256<uint> d2, ref Vector256<uint> d3,
        Vector256<uint>* x0, Vector256<uint>* x1, Vector256<uint>* x2, Vector256<uint>* x3,
        Vector256<uint>* y0, Vector256<uint>* y1, Vector256<uint>* y2, Vector256<uint>* y3)
    {
        a0 = a0 + *x0 + b0;
        a1 = a1 + *x1 + b1;
        a2 = a2 + *x2 + b2;
        a3 = a3 + *x3 + b3;
        d0 = RotateRight16(d0 ^ a0);
        d1 = RotateRight16(d1 ^ a1);
        d2 = RotateRight16(d2 ^ a2);
        d3 = RotateRight16(d3 ^ a3);
        var c = *c0 + d0;
        *c0 = c;
        b0 = RotateRight12(b0 ^ c);
        c = *c1 + d1;
        *c1 = c;
        b1 = RotateRight12(b1 ^ c);
        c = *c2 + d2;
        *c2 = c;
        b2 = RotateRight12(b2 ^ c);
        c = *c3 + d3;
        *c3 = c;
        b3 = RotateRight12(b3 ^ c);
        a0 = a0 + *y0 + b0;
        a1 = a1 + *y1 + b1;
        a2 = a2 + *y2 + b2;
        a3 = a3 + *y3 + b3;
        d0 = RotateRight8(d0 ^ a0);
        d1 = RotateRight8(d1 ^ a1);
        d2 = RotateRight8(d2 ^ a2);
        d3 = RotateRight8(d3 ^ a3);
        c = *c0 + d0;
        *c0 = c;
        b0 = RotateRight7(b0 ^ c);
        c = *c1 + d1;
        *c1 = c;
        b1 = RotateRight7(b1 ^ c);
        c = *c2 + d2;
        *c2 = c;
        b2 = RotateRight7(b2 ^ c);
        c = *c3 + d3;
        *c3 = c;
        b3 = RotateRight7(b3 ^ c);
    }

    /// <summary>
    /// Asks for the piece of the next batch that takes this one's place: the gathering strides over eight leaves at
    /// once, which the processor's own prefetching does not foresee.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchLines(byte* lines)
    {
        Sse.Prefetch0(lines);
        Sse.Prefetch0(lines + Blake3Constants.BlockBytes);
        Sse.Prefetch0(lines + (2 * Blake3Constants.BlockBytes));
        Sse.Prefetch0(lines + (3 * Blake3Constants.BlockBytes));
        Sse.Prefetch0(lines + (4 * Blake3Constants.BlockBytes));
        Sse.Prefetch0(lines + (5 * Blake3Constants.BlockBytes));
        Sse.Prefetch0(lines + (6 * Blake3Constants.BlockBytes));
        Sse.Prefetch0(lines + (7 * Blake3Constants.BlockBytes));
    }

    /// <summary>Gathers word i of the eight blocks into vector i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GatherBlock(byte* rows, nint strideBytes, Vector256<uint>* columns)
    {
        GatherWords(rows, strideBytes, columns);
        GatherWords(rows + 16, strideBytes, columns + 4);
        GatherWords(rows + 32, strideBytes, columns + 8);
        GatherWords(rows + 48, strideBytes, columns + 12);
    }

    /// <summary>
    /// Gathers four words of eight blocks: rows 0 and 4 share a vector and so on, then each half is transposed.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GatherWords(byte* rows, nint strideBytes, Vector256<uint>* columns) => TransposeHalves(
        LoadHalves(rows, strideBytes * 4),
        LoadHalves(rows + strideBytes, strideBytes * 4),
        LoadHalves(rows + (strideBytes * 2), strideBytes * 4),
        LoadHalves(rows + (strideBytes * 3), strideBytes * 4),
        columns);

    /// <summary>Transposes the 4 x 4 words within each half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeHalves(
        Vector256<uint> a, Vector256<uint> b, Vector256<uint> c, Vector256<uint> d, Vector256<uint>* columns)
    {
        var ab0 = Avx2.UnpackLow(a, b).AsUInt64();
        var ab2 = Avx2.UnpackHigh(a, b).AsUInt64();
        var cd0 = Avx2.UnpackLow(c, d).AsUInt64();
        var cd2 = Avx2.UnpackHigh(c, d).AsUInt64();
        columns[0] = Avx2.UnpackLow(ab0, cd0).AsUInt32();
        columns[1] = Avx2.UnpackHigh(ab0, cd0).AsUInt32();
        columns[2] = Avx2.UnpackLow(ab2, cd2).AsUInt32();
        columns[3] = Avx2.UnpackHigh(ab2, cd2).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> LoadHalves(byte* row, nint halfBytes) =>
        Vector256.Create(Vector128.Load((uint*)row), Vector128.Load((uint*)(row + halfBytes)));

    /// <summary>Writes the eight chaining values one after another, from the eight vectors of their words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<uint>* words, byte* output)
    {
        TransposeHalves(words[0], words[1], words[2], words[3], words);
        TransposeHalves(words[4], words[5], words[6], words[7], words + 4);
        for (var lane = 0; lane < 4; lane++)
        {
            var left = words[lane];
            var right = words[lane + 4];
            var low = (uint*)(output + (lane * Blake3Constants.ChainingBytes));
            var high = (uint*)(output + ((lane + 4) * Blake3Constants.ChainingBytes));
            Vector256.Create(left.GetLower(), right.GetLower()).Store(low);
            Vector256.Create(left.GetUpper(), right.GetUpper()).Store(high);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> RotateRight16(Vector256<uint> words) => Avx512F.VL.IsSupported
        ? Avx512F.VL.RotateRight(words, 16)
        : Avx2.Shuffle(words.AsByte(), Vector256.Create(
            (byte)2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13,
            2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> RotateRight12(Vector256<uint> words) => Avx512F.VL.IsSupported
        ? Avx512F.VL.RotateRight(words, 12)
        : (words >>> 12) | (words << 20);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> RotateRight8(Vector256<uint> words) => Avx512F.VL.IsSupported
        ? Avx512F.VL.RotateRight(words, 8)
        : Avx2.Shuffle(words.AsByte(), Vector256.Create(
            (byte)1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12,
            1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> RotateRight7(Vector256<uint> words) => Avx512F.VL.IsSupported
        ? Avx512F.VL.RotateRight(words, 7)
        : (words >>> 7) | (words << 25);
}
