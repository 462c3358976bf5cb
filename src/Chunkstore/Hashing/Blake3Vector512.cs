using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BackupEngine.Chunkstore.Hashing;

/// <summary>Sixteen nodes at a time in 512-bit vectors: word i of all sixteen states lies in one vector.</summary>
/// <remarks>
/// The two vector ports of the processor are the limit, so everything else is moved off them. The state fills half of
/// the registers; the words of the block are read from memory where they are added. While a block is mixed, the next
/// one is gathered in between: its rows are copied so that four of them share a vector, which costs loads and stores
/// only, and are read back and transposed when the copies have long reached the cache. All buffers lie on the stack.
/// </remarks>
internal static unsafe class Blake3Vector512
{
    public const int Lanes = 16;

    private const int WordsPerBlock = 16;
    private const int VectorBytes = 64;

    /// <summary>Hashes sixteen nodes into sixteen chaining values.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Hash(in Blake3Batch batch, byte* input, byte* output)
    {
        var buffer = stackalloc byte[((3 * WordsPerBlock) + 1) * VectorBytes];
        var m = (Vector512<uint>*)(((nuint)buffer + VectorBytes - 1) & ~(nuint)(VectorBytes - 1));
        var n = m + WordsPerBlock;
        var rows = n + WordsPerBlock;
        var index = Vector512.Create(0u, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        index = Avx512F.And(index, Vector512.Create(batch.CounterMask));
        var counterLow = Avx512F.Add(Vector512.Create((uint)batch.Counter), index);
        var carry = Avx512F.CompareLessThan(counterLow, index);
        var counterHigh = Avx512F.Subtract(Vector512.Create((uint)(batch.Counter >> 32)), carry);
        var strideBytes = batch.StrideBytes;
        var ahead = input + (batch.IsLeaf ? Lanes * Blake3Constants.LeafBytes : 0);
        GatherBlock(input, strideBytes, m);
        Vector512<uint> v0 = Vector512.Create(batch.Key[0]), v1 = Vector512.Create(batch.Key[1]);
        Vector512<uint> v2 = Vector512.Create(batch.Key[2]), v3 = Vector512.Create(batch.Key[3]);
        Vector512<uint> v4 = Vector512.Create(batch.Key[4]), v5 = Vector512.Create(batch.Key[5]);
        Vector512<uint> v6 = Vector512.Create(batch.Key[6]), v7 = Vector512.Create(batch.Key[7]);
        for (var block = 0; block < batch.Blocks; block++)
        {
            // The last block gathers itself once more: cheaper than branches between the rounds.
            var next = input + (Math.Min(block + 1, batch.Blocks - 1) * Blake3Constants.BlockBytes);
            PrefetchLines(ahead + (block * Lanes * Blake3Constants.BlockBytes));
            var v8 = Vector512.Create(Blake3Constants.Iv0);
            var v9 = Vector512.Create(Blake3Constants.Iv1);
            var v10 = Vector512.Create(Blake3Constants.Iv2);
            var v11 = Vector512.Create(Blake3Constants.Iv3);
            var v12 = counterLow;
            var v13 = counterHigh;
            var v14 = Vector512.Create((uint)Blake3Constants.BlockBytes);
            var v15 = Vector512.Create(batch.FlagsOf(block));

            // Round 1: columns, then diagonals.
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
                ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
                m + 0, m + 2, m + 4, m + 6, m + 1, m + 3, m + 5, m + 7);
            CopyRows(next + 0, strideBytes, rows + 0);
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4,
                ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14,
                m + 8, m + 10, m + 12, m + 14, m + 9, m + 11, m + 13, m + 15);

            // Round 2: columns, then diagonals.
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
                ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
                m + 2, m + 3, m + 7, m + 4, m + 6, m + 10, m + 0, m + 13);
            CopyRows(next + 16, strideBytes, rows + 4);
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4,
                ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14,
                m + 1, m + 12, m + 9, m + 15, m + 11, m + 5, m + 14, m + 8);

            // Round 3: columns, then diagonals.
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
                ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
                m + 3, m + 10, m + 13, m + 7, m + 4, m + 12, m + 2, m + 14);
            CopyRows(next + 32, strideBytes, rows + 8);
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4,
                ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14,
                m + 6, m + 9, m + 11, m + 8, m + 5, m + 0, m + 15, m + 1);

            // Round 4: columns, then diagonals.
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
                ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
                m + 10, m + 12, m + 14, m + 13, m + 7, m + 9, m + 3, m + 15);
            CopyRows(next + 48, strideBytes, rows + 12);
            TransposeRows(rows + 0, n + 0);
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4,
                ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14,
                m + 4, m + 11, m + 5, m + 1, m + 0, m + 2, m + 8, m + 6);

            // Round 5: columns, then diagonals.
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
                ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
                m + 12, m + 9, m + 15, m + 14, m + 13, m + 11, m + 10, m + 8);
            TransposeRows(rows + 4, n + 4);
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4,
                ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14,
                m + 7, m + 5, m + 0, m + 6, m + 2, m + 3, m + 1, m + 4);

            // Round 6: columns, then diagonals.
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
                ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
                m + 9, m + 11, m + 8, m + 15, m + 14, m + 5, m + 12, m + 1);
            TransposeRows(rows + 8, n + 8);
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4,
                ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14,
                m + 13, m + 0, m + 2, m + 4, m + 3, m + 10, m + 6, m + 7);

            // Round 7: columns, then diagonals.
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7,
                ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15,
                m + 11, m + 5, m + 1, m + 8, m + 15, m + 0, m + 9, m + 6);
            TransposeRows(rows + 12, n + 12);
            Mix(
                ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4,
                ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14,
                m + 14, m + 2, m + 3, m + 7, m + 10, m + 12, m + 4, m + 13);

            v0 = Avx512F.Xor(v0, v8);
            v1 = Avx512F.Xor(v1, v9);
            v2 = Avx512F.Xor(v2, v10);
            v3 = Avx512F.Xor(v3, v11);
            v4 = Avx512F.Xor(v4, v12);
            v5 = Avx512F.Xor(v5, v13);
            v6 = Avx512F.Xor(v6, v14);
            v7 = Avx512F.Xor(v7, v15);
            var mixed = m;
            m = n;
            n = mixed;
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
        ref Vector512<uint> a0, ref Vector512<uint> a1, ref Vector512<uint> a2, ref Vector512<uint> a3,
        ref Vector512<uint> b0, ref Vector512<uint> b1, ref Vector512<uint> b2, ref Vector512<uint> b3,
        ref Vector512<uint> c0, ref Vector512<uint> c1, ref Vector512<uint> c2, ref Vector512<uint> c3,
        ref Vector512<uint> d0, ref Vector512<uint> d1, ref Vector512<uint> d2, ref Vector512<uint> d3,
        Vector512<uint>* x0, Vector512<uint>* x1, Vector512<uint>* x2, Vector512<uint>* x3,
        Vector512<uint>* y0, Vector512<uint>* y1, Vector512<uint>* y2, Vector512<uint>* y3)
    {
        a0 = Avx512F.Add(Avx512F.Add(a0, *x0), b0);
        a1 = Avx512F.Add(Avx512F.Add(a1, *x1), b1);
        a2 = Avx512F.Add(Avx512F.Add(a2, *x2), b2);
        a3 = Avx512F.Add(Avx512F.Add(a3, *x3), b3);
        d0 = Avx512F.RotateRight(Avx512F.Xor(d0, a0), 16);
        d1 = Avx512F.RotateRight(Avx512F.Xor(d1, a1), 16);
        d2 = Avx512F.RotateRight(Avx512F.Xor(d2, a2), 16);
        d3 = Avx512F.RotateRight(Avx512F.Xor(d3, a3), 16);
        c0 = Avx512F.Add(c0, d0);
        c1 = Avx512F.Add(c1, d1);
        c2 = Avx512F.Add(c2, d2);
        c3 = Avx512F.Add(c3, d3);
        b0 = Avx512F.RotateRight(Avx512F.Xor(b0, c0), 12);
        b1 = Avx512F.RotateRight(Avx512F.Xor(b1, c1), 12);
        b2 = Avx512F.RotateRight(Avx512F.Xor(b2, c2), 12);
        b3 = Avx512F.RotateRight(Avx512F.Xor(b3, c3), 12);
        a0 = Avx512F.Add(Avx512F.Add(a0, *y0), b0);
        a1 = Avx512F.Add(Avx512F.Add(a1, *y1), b1);
        a2 = Avx512F.Add(Avx512F.Add(a2, *y2), b2);
        a3 = Avx512F.Add(Avx512F.Add(a3, *y3), b3);
        d0 = Avx512F.RotateRight(Avx512F.Xor(d0, a0), 8);
        d1 = Avx512F.RotateRight(Avx512F.Xor(d1, a1), 8);
        d2 = Avx512F.RotateRight(Avx512F.Xor(d2, a2), 8);
        d3 = Avx512F.RotateRight(Avx512F.Xor(d3, a3), 8);
        c0 = Avx512F.Add(c0, d0);
        c1 = Avx512F.Add(c1, d1);
        c2 = Avx512F.Add(c2, d2);
        c3 = Avx512F.Add(c3, d3);
        b0 = Avx512F.RotateRight(Avx512F.Xor(b0, c0), 7);
        b1 = Avx512F.RotateRight(Avx512F.Xor(b1, c1), 7);
        b2 = Avx512F.RotateRight(Avx512F.Xor(b2, c2), 7);
        b3 = Avx512F.RotateRight(Avx512F.Xor(b3, c3), 7);
    }

    /// <summary>
    /// Asks for the piece of the next batch that takes this one's place: the gathering strides over sixteen leaves at
    /// once, which the processor's own prefetching does not foresee. Every other line: lines come in pairs.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchLines(byte* lines)
    {
        Sse.Prefetch0(lines);
        Sse.Prefetch0(lines + (2 * Blake3Constants.BlockBytes));
        Sse.Prefetch0(lines + (4 * Blake3Constants.BlockBytes));
        Sse.Prefetch0(lines + (6 * Blake3Constants.BlockBytes));
        Sse.Prefetch0(lines + (8 * Blake3Constants.BlockBytes));
        Sse.Prefetch0(lines + (10 * Blake3Constants.BlockBytes));
        Sse.Prefetch0(lines + (12 * Blake3Constants.BlockBytes));
        Sse.Prefetch0(lines + (14 * Blake3Constants.BlockBytes));
    }

    /// <summary>Gathers word i of the sixteen blocks into vector i, at once: nothing waits for copies.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GatherBlock(byte* blocks, nint strideBytes, Vector512<uint>* columns)
    {
        for (var word = 0; word < WordsPerBlock; word += 4)
        {
            var first = blocks + (word * sizeof(uint));
            TransposeQuarters(
                LoadQuarters(first, strideBytes * 4),
                LoadQuarters(first + strideBytes, strideBytes * 4),
                LoadQuarters(first + (strideBytes * 2), strideBytes * 4),
                LoadQuarters(first + (strideBytes * 3), strideBytes * 4),
                columns + word);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> LoadQuarters(byte* block, nint quarterBytes)
    {
        var quarters = Vector128.Load((uint*)block).ToVector256Unsafe().ToVector512Unsafe();
        quarters = Avx512F.InsertVector128(quarters, Vector128.Load((uint*)(block + quarterBytes)), 1);
        quarters = Avx512F.InsertVector128(quarters, Vector128.Load((uint*)(block + (quarterBytes * 2))), 2);
        return Avx512F.InsertVector128(quarters, Vector128.Load((uint*)(block + (quarterBytes * 3))), 3);
    }

    /// <summary>Copies four words of sixteen blocks: those of blocks 0, 4, 8 and 12 side by side, and so on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyRows(byte* blocks, nint strideBytes, Vector512<uint>* rows)
    {
        var quarters = (byte*)rows;
        Vector128.Load(blocks).Store(quarters);
        Vector128.Load(blocks + strideBytes).Store(quarters + 64);
        Vector128.Load(blocks + (strideBytes * 2)).Store(quarters + 128);
        Vector128.Load(blocks + (strideBytes * 3)).Store(quarters + 192);
        Vector128.Load(blocks + (strideBytes * 4)).Store(quarters + 16);
        Vector128.Load(blocks + (strideBytes * 5)).Store(quarters + 80);
        Vector128.Load(blocks + (strideBytes * 6)).Store(quarters + 144);
        Vector128.Load(blocks + (strideBytes * 7)).Store(quarters + 208);
        Vector128.Load(blocks + (strideBytes * 8)).Store(quarters + 32);
        Vector128.Load(blocks + (strideBytes * 9)).Store(quarters + 96);
        Vector128.Load(blocks + (strideBytes * 10)).Store(quarters + 160);
        Vector128.Load(blocks + (strideBytes * 11)).Store(quarters + 224);
        Vector128.Load(blocks + (strideBytes * 12)).Store(quarters + 48);
        Vector128.Load(blocks + (strideBytes * 13)).Store(quarters + 112);
        Vector128.Load(blocks + (strideBytes * 14)).Store(quarters + 176);
        Vector128.Load(blocks + (strideBytes * 15)).Store(quarters + 240);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeRows(Vector512<uint>* rows, Vector512<uint>* columns) =>
        TransposeQuarters(rows[0], rows[1], rows[2], rows[3], columns);

    /// <summary>Transposes the 4 x 4 words within each quarter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeQuarters(
        Vector512<uint> a, Vector512<uint> b, Vector512<uint> c, Vector512<uint> d, Vector512<uint>* columns)
    {
        var ab0 = Avx512F.UnpackLow(a, b).AsUInt64();
        var ab2 = Avx512F.UnpackHigh(a, b).AsUInt64();
        var cd0 = Avx512F.UnpackLow(c, d).AsUInt64();
        var cd2 = Avx512F.UnpackHigh(c, d).AsUInt64();
        columns[0] = Avx512F.UnpackLow(ab0, cd0).AsUInt32();
        columns[1] = Avx512F.UnpackHigh(ab0, cd0).AsUInt32();
        columns[2] = Avx512F.UnpackLow(ab2, cd2).AsUInt32();
        columns[3] = Avx512F.UnpackHigh(ab2, cd2).AsUInt32();
    }

    /// <summary>Writes the sixteen chaining values one after another, from the eight vectors of their words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<uint>* words, byte* output)
    {
        TransposeQuarters(words[0], words[1], words[2], words[3], words);
        TransposeQuarters(words[4], words[5], words[6], words[7], words + 4);
        var low = Vector512.Create(0ul, 1, 8, 9, 2, 3, 10, 11);
        var high = Vector512.Create(4ul, 5, 12, 13, 6, 7, 14, 15);
        for (var lane = 0; lane < 4; lane++)
        {
            var left = words[lane].AsUInt64();
            var right = words[lane + 4].AsUInt64();
            var destination = output + (lane * Blake3Constants.ChainingBytes);
            StorePair(Avx512F.PermuteVar8x64x2(left, low, right), destination);
            StorePair(Avx512F.PermuteVar8x64x2(left, high, right), destination + (8 * Blake3Constants.ChainingBytes));
        }
    }

    /// <summary>Two chaining values, those of a lane and of the fourth after it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePair(Vector512<ulong> pair, byte* output)
    {
        pair.GetLower().Store((ulong*)output);
        pair.GetUpper().Store((ulong*)(output + (4 * Blake3Constants.ChainingBytes)));
    }
}
