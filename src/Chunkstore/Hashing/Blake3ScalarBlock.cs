using System.Numerics;
using System.Runtime.CompilerServices;

namespace BackupEngine.Chunkstore.Hashing;

/// <summary>
/// The compression function in general registers: the reference that every vector kernel is compared with.
/// </summary>
/// <remarks>Source: the BLAKE3 paper, section 2.2.</remarks>
internal static unsafe class Blake3ScalarBlock
{
    /// <summary>Hashes one node.</summary>
    public static void Hash(in Blake3Batch batch, byte* input, byte* output)
    {
        var words = batch.Key;
        for (var block = 0; block < batch.Blocks; block++)
        {
            var bytes = input + (block * Blake3Constants.BlockBytes);
            Compress(ref words, bytes, batch.Counter, Blake3Constants.BlockBytes, batch.FlagsOf(block));
        }

        words.Write(new Span<byte>(output, Blake3Constants.ChainingBytes));
    }

    /// <summary>Compresses one 64-byte block into <paramref name="words"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compress(ref Blake3Words words, byte* block, ulong counter, uint blockBytes, uint flags)
    {
        var m = (uint*)block;
        uint v0 = words[0], v1 = words[1], v2 = words[2], v3 = words[3];
        uint v4 = words[4], v5 = words[5], v6 = words[6], v7 = words[7];
        uint v8 = Blake3Constants.Iv0, v9 = Blake3Constants.Iv1, v10 = Blake3Constants.Iv2, v11 = Blake3Constants.Iv3;
        uint v12 = (uint)counter, v13 = (uint)(counter >> 32), v14 = blockBytes, v15 = flags;
        fixed (byte* schedule = Blake3Constants.Schedule)
        {
            for (var s = schedule; s < schedule + Blake3Constants.Schedule.Length; s += 16)
            {
                Mix(ref v0, ref v4, ref v8, ref v12, m[s[0]], m[s[1]]);
                Mix(ref v1, ref v5, ref v9, ref v13, m[s[2]], m[s[3]]);
                Mix(ref v2, ref v6, ref v10, ref v14, m[s[4]], m[s[5]]);
                Mix(ref v3, ref v7, ref v11, ref v15, m[s[6]], m[s[7]]);
                Mix(ref v0, ref v5, ref v10, ref v15, m[s[8]], m[s[9]]);
                Mix(ref v1, ref v6, ref v11, ref v12, m[s[10]], m[s[11]]);
                Mix(ref v2, ref v7, ref v8, ref v13, m[s[12]], m[s[13]]);
                Mix(ref v3, ref v4, ref v9, ref v14, m[s[14]], m[s[15]]);
            }
        }

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
