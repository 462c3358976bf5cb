using System.ComponentModel;
using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Hashing;
using BenchmarkDotNet.Attributes;

namespace BackupEngine.Benchmarks.Hashing;

/// <summary>
/// The ids of a buffer with those that the parent has at the same offsets. Bytes are those of the chunks.
/// </summary>
[Description("ceiling: 32 bytes of id each, twice, from the cache: nothing beside the hash")]
public class HowFastAreIdsCompared
{
    private const int ChunkBytes = 64 << 10;

    private ChunkId[] _read = [];
    private ChunkId[] _parents = [];

    [Params(1 << 20)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var hasher = new ChunkHasher(new byte[32]);
        _read = [.. Enumerable.Range(0, Bytes / ChunkBytes).Select(i => hasher.Hash(BitConverter.GetBytes(i)))];
        _parents = [.. _read];
    }

    [Benchmark(Description = "compare")]
    public int Compare()
    {
        var same = 0;
        for (var i = 0; i < _read.Length; i++)
        {
            same += _read[i] == _parents[i] ? 1 : 0;
        }

        return same;
    }
}
