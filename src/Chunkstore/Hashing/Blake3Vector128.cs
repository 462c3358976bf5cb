using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace BackupEngine.Chunkstore.Hashing;

/// <summary>Four nodes at a time in 128-bit vectors: word i of all four states lies in one vector.</summary>
/// <remarks>
/// Before AVX-512 there are sixteen registers, as many as the state has words. So the third row of the state lives in
/// memory: its sums are stored as they are made, and the words of the block are read where they are added. Nothing is
/// spilled that way.
/// </remarks>
internal static unsafe class Blake3Vector128
{
    public const int Lanes = 4;

    private const int WordsPerBlock = 16;
    private const int VectorBytes = 16;

    /// <summary>Hashes four nodes into four chaining values.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Hash(in Blake3Batch batch, byte* input, byte* output)
    {
        var buffer = stackalloc byte[(WordsPerBlock + 4 + 1) * VectorBytes];
        var m = (Vector128<uint>*)(((nuint)buffer + VectorBytes - 1) & ~(nuint)(VectorBytes - 1));
        var index = Vector128.Create(0u, 1, 2, 3) & Vector128.Create(batch.CounterMask);
        var counterLow = Vector128.Create((uint)batch.Counter) + index;
        var counterHigh = Vector128.Create((uint)(batch.Counter >> 32)) - Vector128.LessThan(counterLow, index);
        var c = m + WordsPerBlock;
        var strideBytes = batch.StrideBytes;
        Vector128<uint> v0 = Vector128.Create(batch.Key[0]), v1 = Vector128.Create(batch.Key[1]);
        Vector128<uint> v2 = Vector128.Create(batch.Key[2]), v3 = Vector128.Create(batch.Key[3]);
        Vector128<uint> v4 = Vector128.Create(batch.Key[4]), v5 = Vector128.Create(batch.Key[5]);
        Vector128<uint> v6 = Vector128.Create(batch.Key[6]), v7 = Vector128.Create(batch.Key[7]);
        for (var block = 0; block < batch.Blocks; block++)
        {
            GatherBlock(input + (block * Blake3Constants.BlockBytes), strideBytes, m);
            c[0] = Vector128.Create(Blake3Constants.Iv0);
            c[1] = Vector128.Create(Blake3Constants.Iv1);
            c[2] = Vector128.Create(Blake3Constants.Iv2);
            c[3] = Vector128.Create(Blake3Constants.Iv3);
            var v12 = counterLow;
            var v13 = counterHigh;
            var v14 = Vector128.Create((uint)Blake3Constants.BlockBytes);
            var v15 = Vector128.Create(batch.FlagsOf(block));

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
        ref Vector128<uint> a0, ref Vector128<uint> a1, ref Vector128<uint> a2, ref Vector128<uint> a3,
        ref Vector128<uint> b0, ref Vector128<uint> b1, ref Vector128<uint> b2, ref Vector128<uint> b3,
        Vector128<uint>* c0, Vector128<uint>* c1, Vector128<uint>* c2, Vector128<uint>* c3,
        ref Vector128<uint> d0, ref Vector128<uint> d1, ref Vector128<uint> d2, ref Vector128<uint> d3,
        Vector128<uint>* x0, Vector128<uint>* x1, Vector128<uint>* x2, Vector128<uint>* x3,
        Vector128<uint>* y0, Vector128<uint>* y1, Vector128<uint>* y2, Vector128<uint>* y3)
    {
        a0 = a0 + *x0 + b0;
        a1 = a1 + *x1 + b1;
        a2 = a2 + *x2 + b2;
        a3 = a3 + *x3 + b3;
        d0 = Blake3Rotate.Right16(d0 ^ a0);
        d1 = Blake3Rotate.Right16(d1 ^ a1);
        d2 = Blake3Rotate.Right16(d2 ^ a2);
        d3 = Blake3Rotate.Right16(d3 ^ a3);
        var c = *c0 + d0;
        *c0 = c;
        b0 = Blake3Rotate.Right12(b0 ^ c);
        c = *c1 + d1;
        *c1 = c;
        b1 = Blake3Rotate.Right12(b1 ^ c);
        c = *c2 + d2;
        *c2 = c;
        b2 = Blake3Rotate.Right12(b2 ^ c);
        c = *c3 + d3;
        *c3 = c;
        b3 = Blake3Rotate.Right12(b3 ^ c);
        a0 = a0 + *y0 + b0;
        a1 = a1 + *y1 + b1;
        a2 = a2 + *y2 + b2;
        a3 = a3 + *y3 + b3;
        d0 = Blake3Rotate.Right8(d0 ^ a0);
        d1 = Blake3Rotate.Right8(d1 ^ a1);
        d2 = Blake3Rotate.Right8(d2 ^ a2);
        d3 = Blake3Rotate.Right8(d3 ^ a3);
        c = *c0 + d0;
        *c0 = c;
        b0 = Blake3Rotate.Right7(b0 ^ c);
        c = *c1 + d1;
        *c1 = c;
        b1 = Blake3Rotate.Right7(b1 ^ c);
        c = *c2 + d2;
        *c2 = c;
        b2 = Blake3Rotate.Right7(b2 ^ c);
        c = *c3 + d3;
        *c3 = c;
        b3 = Blake3Rotate.Right7(b3 ^ c);
    }

    /// <summary>Gathers word i of the four blocks into vector i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GatherBlock(byte* rows, nint strideBytes, Vector128<uint>* columns)
    {
        GatherWords(rows, strideBytes, columns);
        GatherWords(rows + 16, strideBytes, columns + 4);
        GatherWords(rows + 32, strideBytes, columns + 8);
        GatherWords(rows + 48, strideBytes, columns + 12);
    }

    /// <summary>Gathers four words of four blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GatherWords(byte* rows, nint strideBytes, Vector128<uint>* columns) => Transpose(
        Vector128.Load((uint*)rows),
        Vector128.Load((uint*)(rows + strideBytes)),
        Vector128.Load((uint*)(rows + (strideBytes * 2))),
        Vector128.Load((uint*)(rows + (strideBytes * 3))),
        columns);

    /// <summary>Transposes 4 x 4 words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(
        Vector128<uint> a, Vector128<uint> b, Vector128<uint> c, Vector128<uint> d, Vector128<uint>* columns)
    {
        var ab0 = UnpackLow(a, b).AsUInt64();
        var ab2 = UnpackHigh(a, b).AsUInt64();
        var cd0 = UnpackLow(c, d).AsUInt64();
        var cd2 = UnpackHigh(c, d).AsUInt64();
        columns[0] = UnpackLow(ab0, cd0).AsUInt32();
        columns[1] = UnpackHigh(ab0, cd0).AsUInt32();
        columns[2] = UnpackLow(ab2, cd2).AsUInt32();
        columns[3] = UnpackHigh(ab2, cd2).AsUInt32();
    }

    /// <summary>Writes the four chaining values one after another, from the eight vectors of their words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector128<uint>* words, byte* output)
    {
        Transpose(words[0], words[1], words[2], words[3], words);
        Transpose(words[4], words[5], words[6], words[7], words + 4);
        for (var lane = 0; lane < Lanes; lane++)
        {
            words[lane].Store((uint*)(output + (lane * Blake3Constants.ChainingBytes)));
            words[lane + 4].Store((uint*)(output + (lane * Blake3Constants.ChainingBytes) + 16));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> UnpackLow(Vector128<uint> left, Vector128<uint> right) =>
        Sse2.IsSupported ? Sse2.UnpackLow(left, right) : AdvSimd.Arm64.ZipLow(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> UnpackHigh(Vector128<uint> left, Vector128<uint> right) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(left, right) : AdvSimd.Arm64.ZipHigh(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> UnpackLow(Vector128<ulong> left, Vector128<ulong> right) =>
        Sse2.IsSupported ? Sse2.UnpackLow(left, right) : AdvSimd.Arm64.ZipLow(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> UnpackHigh(Vector128<ulong> left, Vector128<ulong> right) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(left, right) : AdvSimd.Arm64.ZipHigh(left, right);
}
