using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace BackupEngine.Chunkstore.Hashing;

/// <summary>Four nodes at a time in 128-bit vectors: word i of all four states lies in one vector.</summary>
internal static unsafe class Blake3Vector128
{
    public const int Lanes = 4;

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Hash(in Blake3Batch batch, byte* input, byte* output)
    {
        var buffer = stackalloc byte[(16 + 1) * 16];
        var m = (Vector128<uint>*)(((nuint)buffer + 15) & ~(nuint)15);
        batch.WriteCounters((uint*)m, (uint*)(m + 1), Lanes);
        var counterLow = m[0];
        var counterHigh = m[1];
        Vector128<uint> v0 = Vector128.Create(batch.Key[0]), v1 = Vector128.Create(batch.Key[1]);
        Vector128<uint> v2 = Vector128.Create(batch.Key[2]), v3 = Vector128.Create(batch.Key[3]);
        Vector128<uint> v4 = Vector128.Create(batch.Key[4]), v5 = Vector128.Create(batch.Key[5]);
        Vector128<uint> v6 = Vector128.Create(batch.Key[6]), v7 = Vector128.Create(batch.Key[7]);
        for (var block = 0; block < batch.Blocks; block++)
        {
            TransposeBlocks(input + (block * 64), batch.StrideBytes, m);
            var v8 = Vector128.Create(Blake3Constants.Iv0);
            var v9 = Vector128.Create(Blake3Constants.Iv1);
            var v10 = Vector128.Create(Blake3Constants.Iv2);
            var v11 = Vector128.Create(Blake3Constants.Iv3);
            var v12 = counterLow;
            var v13 = counterHigh;
            var v14 = Vector128.Create((uint)Blake3Constants.BlockBytes);
            var v15 = Vector128.Create(batch.FlagsOf(block));

            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
                ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
                m + 0, m + 2, m + 4, m + 6, m + 1, m + 3, m + 5, m + 7);
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4,
                ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14,
                m + 8, m + 10, m + 12, m + 14, m + 9, m + 11, m + 13, m + 15);

            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
                ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
                m + 2, m + 3, m + 7, m + 4, m + 6, m + 10, m + 0, m + 13);
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4,
                ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14,
                m + 1, m + 12, m + 9, m + 15, m + 11, m + 5, m + 14, m + 8);

            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
                ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
                m + 3, m + 10, m + 13, m + 7, m + 4, m + 12, m + 2, m + 14);
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4,
                ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14,
                m + 6, m + 9, m + 11, m + 8, m + 5, m + 0, m + 15, m + 1);

            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
                ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
                m + 10, m + 12, m + 14, m + 13, m + 7, m + 9, m + 3, m + 15);
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4,
                ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14,
                m + 4, m + 11, m + 5, m + 1, m + 0, m + 2, m + 8, m + 6);

            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
                ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
                m + 12, m + 9, m + 15, m + 14, m + 13, m + 11, m + 10, m + 8);
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4,
                ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14,
                m + 7, m + 5, m + 0, m + 6, m + 2, m + 3, m + 1, m + 4);

            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
                ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
                m + 9, m + 11, m + 8, m + 15, m + 14, m + 5, m + 12, m + 1);
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4,
                ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14,
                m + 13, m + 0, m + 2, m + 4, m + 3, m + 10, m + 6, m + 7);

            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
                ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
                m + 11, m + 5, m + 1, m + 8, m + 15, m + 0, m + 9, m + 6);
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4,
                ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14,
                m + 14, m + 2, m + 3, m + 7, m + 10, m + 12, m + 4, m + 13);

            v0 = v0 ^ v8;
            v1 = v1 ^ v9;
            v2 = v2 ^ v10;
            v3 = v3 ^ v11;
            v4 = v4 ^ v12;
            v5 = v5 ^ v13;
            v6 = v6 ^ v14;
            v7 = v7 ^ v15;
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
        ref Vector128<uint> c0, ref Vector128<uint> c1, ref Vector128<uint> c2, ref Vector128<uint> c3,
        ref Vector128<uint> d0, ref Vector128<uint> d1, ref Vector128<uint> d2, ref Vector128<uint> d3,
        Vector128<uint>* x0, Vector128<uint>* x1, Vector128<uint>* x2, Vector128<uint>* x3,
        Vector128<uint>* y0, Vector128<uint>* y1, Vector128<uint>* y2, Vector128<uint>* y3)
    {
        a0 = a0 + *x0 + b0;
        a1 = a1 + *x1 + b1;
        a2 = a2 + *x2 + b2;
        a3 = a3 + *x3 + b3;
        d0 = RotateRight16(d0 ^ a0);
        d1 = RotateRight16(d1 ^ a1);
        d2 = RotateRight16(d2 ^ a2);
        d3 = RotateRight16(d3 ^ a3);
        c0 = c0 + d0;
        c1 = c1 + d1;
        c2 = c2 + d2;
        c3 = c3 + d3;
        b0 = RotateRight12(b0 ^ c0);
        b1 = RotateRight12(b1 ^ c1);
        b2 = RotateRight12(b2 ^ c2);
        b3 = RotateRight12(b3 ^ c3);
        a0 = a0 + *y0 + b0;
        a1 = a1 + *y1 + b1;
        a2 = a2 + *y2 + b2;
        a3 = a3 + *y3 + b3;
        d0 = RotateRight8(d0 ^ a0);
        d1 = RotateRight8(d1 ^ a1);
        d2 = RotateRight8(d2 ^ a2);
        d3 = RotateRight8(d3 ^ a3);
        c0 = c0 + d0;
        c1 = c1 + d1;
        c2 = c2 + d2;
        c3 = c3 + d3;
        b0 = RotateRight7(b0 ^ c0);
        b1 = RotateRight7(b1 ^ c1);
        b2 = RotateRight7(b2 ^ c2);
        b3 = RotateRight7(b3 ^ c3);
    }

    /// <summary>Gathers word i of the four blocks into vector i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeBlocks(byte* rows, nint strideBytes, Vector128<uint>* columns)
    {
        TransposeWords(rows, strideBytes, columns);
        TransposeWords(rows + 16, strideBytes, columns + 4);
        TransposeWords(rows + 32, strideBytes, columns + 8);
        TransposeWords(rows + 48, strideBytes, columns + 12);
    }

    /// <summary>Four words of four blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeWords(byte* rows, nint strideBytes, Vector128<uint>* columns) => Transpose(
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
        columns[0] = Vector128.Create(ab0.GetLower(), cd0.GetLower()).AsUInt32();
        columns[1] = Vector128.Create(ab0.GetUpper(), cd0.GetUpper()).AsUInt32();
        columns[2] = Vector128.Create(ab2.GetLower(), cd2.GetLower()).AsUInt32();
        columns[3] = Vector128.Create(ab2.GetUpper(), cd2.GetUpper()).AsUInt32();
    }

    /// <summary>Writes the four chaining values one after another, from the eight vectors of their words.</summary>
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
    private static Vector128<uint> RotateRight16(Vector128<uint> words) => Avx512F.VL.IsSupported
        ? Avx512F.VL.RotateRight(words, 16)
        : Vector128.Shuffle(
            words.AsByte(),
            Vector128.Create((byte)2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> RotateRight12(Vector128<uint> words) => Avx512F.VL.IsSupported
        ? Avx512F.VL.RotateRight(words, 12)
        : (words >>> 12) | (words << 20);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> RotateRight8(Vector128<uint> words) => Avx512F.VL.IsSupported
        ? Avx512F.VL.RotateRight(words, 8)
        : Vector128.Shuffle(
            words.AsByte(),
            Vector128.Create((byte)1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> RotateRight7(Vector128<uint> words) => Avx512F.VL.IsSupported
        ? Avx512F.VL.RotateRight(words, 7)
        : (words >>> 7) | (words << 25);
}
