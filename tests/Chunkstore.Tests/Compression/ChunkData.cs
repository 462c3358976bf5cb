using System.Text;
using CsCheck;

namespace BackupEngine.Chunkstore.Tests.Compression;

/// <summary>What is found on volumes, from zeros to noise.</summary>
internal static class ChunkData
{
    private static readonly string[] Words =
        ["volume", "backup", "snapshot", "the", "of", "block", "error", "INFO", "GET /v3/backups", "\n", " ", ", "];

    public static Gen<byte[]> Any(Gen<int> length) => Gen.Select(length, Gen.Int[0, 4], Gen.Int, Make);

    public static byte[] Make(int length, int kind, int seed)
    {
        var random = new Random(seed);
        return kind switch
        {
            0 => new byte[length],
            1 => Noise(length, random),
            2 => Text(length, random),
            3 => Records(length, random),
            _ => Patchwork(length, random),
        };
    }

    private static byte[] Noise(int length, Random random)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Text(int length, Random random)
    {
        var text = new StringBuilder();
        while (text.Length < length)
        {
            text.Append(Words[random.Next(Words.Length)]);
        }

        return Encoding.ASCII.GetBytes(text.ToString(0, length));
    }

    private static byte[] Records(int length, Random random)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            bytes[i] = (i % 32) < 8 ? (byte)random.Next(256) : (byte)(i % 32);
        }

        return bytes;
    }

    /// <summary>Runs of noise, zeros and repeats, so that sub-blocks of one chunk differ.</summary>
    private static byte[] Patchwork(int length, Random random)
    {
        var bytes = new byte[length];
        for (var at = 0; at < length;)
        {
            var run = bytes.AsSpan(at, Math.Min(length - at, random.Next(1, 90_000)));
            if (random.Next(3) == 0)
            {
                random.NextBytes(run);
            }
            else
            {
                run.Fill((byte)random.Next(256));
            }

            at += run.Length;
        }

        return bytes;
    }
}
