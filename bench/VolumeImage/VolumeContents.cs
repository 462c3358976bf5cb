using System.Text;

namespace BackupEngine.VolumeImage;

/// <summary>
/// Contents of a volume as volumes are: runs of zeros (30 %), text (20 %), tables of binary records (20 %), data that
/// do not compress (20 %) and repetitions of earlier runs (10 %). The same seed gives the same bytes, whatever the
/// size.
/// </summary>
internal sealed class VolumeContents(int seed)
{
    public const int RunBytes = 1 << 20;

    private static readonly string[] Words =
        ("the volume service asks for a device and reads every block of it while users write mail logs tables pictures "
        + "error warning info debug request response time user name address index value true false null 2026 11 22")
        .Split(' ');

    private enum Kind
    {
        Zeros,
        Text,
        Records,
        Random,
        Repeated,
    }

    /// <summary>Fills one run of 1 MiB; <paramref name="generation"/> 0 is the first state of the volume.</summary>
    public void Fill(long run, int generation, Span<byte> bytes)
    {
        var random = new Random(HashCode(run, generation));
        switch (KindOf(run))
        {
            case Kind.Zeros:
                bytes.Clear();
                break;
            case Kind.Text:
                FillText(random, bytes);
                break;
            case Kind.Records:
                FillRecords(random, bytes);
                break;
            case Kind.Random:
                random.NextBytes(bytes);
                break;
            default:
                Fill(random.NextInt64(Math.Max(1, run)), generation, bytes);
                break;
        }
    }

    private Kind KindOf(long run) => new Random(HashCode(run, -1)).Next(100) switch
    {
        < 30 => Kind.Zeros,
        < 50 => Kind.Text,
        < 70 => Kind.Records,
        < 90 => Kind.Random,
        _ => run == 0 ? Kind.Text : Kind.Repeated,
    };

    private int HashCode(long run, int generation) => unchecked(
        (int)((run * unchecked((long)0x9E3779B97F4A7C15UL)) >>> 29) ^ (seed * 31) ^ (generation * 0x5bd1e995));

    private static void FillText(Random random, Span<byte> bytes)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var word = Words[random.Next(Words.Length)];
            var end = random.Next(12) == 0 ? '\n' : ' ';
            var length = Math.Min(word.Length, bytes.Length - at);
            Encoding.ASCII.GetBytes(word.AsSpan(0, length), bytes[at..]);
            at += length;
            if (at < bytes.Length)
            {
                bytes[at++] = (byte)end;
            }
        }
    }

    private static void FillRecords(Random random, Span<byte> bytes)
    {
        Span<byte> record = stackalloc byte[64];
        var id = random.Next();
        for (var at = 0; at < bytes.Length; at += record.Length)
        {
            record.Clear();
            BitConverter.TryWriteBytes(record, id++);
            BitConverter.TryWriteBytes(record[8..], random.NextInt64());
            record[24..32].Fill((byte)random.Next(4));
            random.NextBytes(record[40..48]);
            record[..Math.Min(record.Length, bytes.Length - at)].CopyTo(bytes[at..]);
        }
    }
}
