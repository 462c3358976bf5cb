using System.Text;

namespace BackupEngine.Benchmarks;

/// <summary>Kinds of data that volumes hold; the same bytes on every machine.</summary>
public enum DataKind
{
    /// <summary>Words and line ends, as logs are.</summary>
    Text,

    /// <summary>Records of 32 bytes with eight that differ, as tables are.</summary>
    Records,

    /// <summary>Bytes of a skewed distribution with short repeats, as program code is.</summary>
    Code,

    /// <summary>Compressed or encrypted data.</summary>
    Noise,
}

/// <summary>Makes data of a kind.</summary>
internal static class SampleData
{
    private const int Seed = 20260101;

    private static readonly string[] Words =
        ["volume", "backup", "snapshot", "the", "of", "block", "error", "INFO", "GET /v3/backups", "\n", " ", ", "];

    public static byte[] Make(DataKind kind, int lengthBytes)
    {
        var random = new Random(Seed);
        var bytes = new byte[lengthBytes];
        random.NextBytes(bytes);
        switch (kind)
        {
            case DataKind.Text:
                FillText(bytes, random);
                break;
            case DataKind.Records:
                FillRecords(bytes);
                break;
            case DataKind.Code:
                FillCode(bytes, random);
                break;
        }

        return bytes;
    }

    private static void FillText(byte[] bytes, Random random)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var word = Words[random.Next(Words.Length)];
            word = word[..Math.Min(word.Length, bytes.Length - at)];
            at += Encoding.ASCII.GetBytes(word, bytes.AsSpan(at));
        }
    }

    private static void FillRecords(byte[] bytes)
    {
        for (var at = 0; at < bytes.Length; at++)
        {
            if (at % 32 >= 8)
            {
                bytes[at] = (byte)(at % 32);
            }
        }
    }

    private static void FillCode(byte[] bytes, Random random)
    {
        for (var at = 64; at < bytes.Length;)
        {
            var run = Math.Min(random.Next(3, 12), bytes.Length - at);
            if (random.Next(3) > 0)
            {
                var from = Math.Max(0, at - random.Next(run, 40_000));
                bytes.AsSpan(from, run).CopyTo(bytes.AsSpan(at));
            }

            at += run;
        }
    }
}
