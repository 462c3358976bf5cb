using System.Globalization;
using System.Text.Json;
using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Compression;
using BackupEngine.Chunkstore.Hashing;

namespace BackupEngine.Benchmarks.Bound;

/// <summary>
/// <c>stage-cost FILE [CHUNK_KIB]</c>: the CPU seconds that a full backup of the file cannot do without, on one thread
/// and from memory: zero scan of everything, BLAKE3 of what is not zero, LZ4 of what is there for the first time.
/// Prints one JSON document. What a whole backup takes beyond that is the pipeline's own cost.
/// </summary>
internal static class StageCostProgram
{
    public const string Name = "stage-cost";
    private const int RegionBytes = 64 << 20;

    public static int Run(string[] arguments)
    {
        if (arguments.Length is < 2 or > 3)
        {
            Console.Error.WriteLine("usage: stage-cost FILE [CHUNK_KIB]");
            return 2;
        }

        var chunkKiB = arguments.Length > 2 ? int.Parse(arguments[2], CultureInfo.InvariantCulture) : 64;
        var chunks = Load(arguments[1], chunkKiB * 1024);
        var cost = new StageCost { VolumeBytes = chunks.Sum(chunk => (long)chunk.Length) };
        Pass(chunks, cost); // Compiles everything; its figures are those of a cold start.
        Console.WriteLine(JsonSerializer.Serialize(Pass(chunks, new StageCost { VolumeBytes = cost.VolumeBytes })));
        return 0;
    }

    private static StageCost Pass(List<ReadOnlyMemory<byte>> chunks, StageCost cost)
    {
        var hasher = new ChunkHasher(new byte[32]);
        var (zero, ids) = (new bool[chunks.Count], new ChunkId[chunks.Count]);
        cost.ZeroScanSeconds = Measure(chunks.Count, i => zero[i] = ZeroScan.IsZero(chunks[i].Span));
        cost.HashSeconds = Measure(
            chunks.Count, i => ids[i] = zero[i] ? ChunkId.Zero : hasher.Hash(chunks[i].Span));
        var seen = new HashSet<ChunkId> { ChunkId.Zero };
        var unique = Enumerable.Range(0, chunks.Count).Where(i => seen.Add(ids[i])).ToArray();
        var packed = new byte[ChunkCompressor.MaxCompressedBytes(ChunkCompressor.MaxChunkBytes)];
        cost.UniqueBytes = unique.Sum(i => (long)chunks[i].Length);
        cost.CompressSeconds = Measure(unique.Length, i =>
        {
            var length = ChunkCompressor.TryCompress(chunks[unique[i]].Span, packed);
            cost.StoredBytes += length > 0 ? length : chunks[unique[i]].Length;
        });
        return cost;
    }

    private static double Measure(int count, Action<int> work)
    {
        var began = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < count; i++)
        {
            work(i);
        }

        return (Environment.CpuUsage.TotalTime - began).TotalSeconds;
    }

    private static List<ReadOnlyMemory<byte>> Load(string path, int chunkBytes)
    {
        var chunks = new List<ReadOnlyMemory<byte>>();
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        for (var left = file.Seek(0, SeekOrigin.End) - file.Seek(0, SeekOrigin.Begin); left > 0; left -= RegionBytes)
        {
            var region = new byte[Math.Min(RegionBytes, left)];
            file.ReadExactly(region);
            for (var at = 0; at < region.Length; at += chunkBytes)
            {
                chunks.Add(region.AsMemory(at, Math.Min(chunkBytes, region.Length - at)));
            }
        }

        return chunks;
    }
}
