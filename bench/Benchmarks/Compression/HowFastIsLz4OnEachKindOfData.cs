using System.ComponentModel;
using BackupEngine.Chunkstore.Compression;
using BenchmarkDotNet.Attributes;

namespace BackupEngine.Benchmarks.Compression;

/// <summary>One chunk to its stored form and back, per kind of data and chunk size.</summary>
[Description("ceiling: liblz4 in C, 0.9 to 1.15 times this by kind of data")]
public class HowFastIsLz4OnEachKindOfData
{
    private byte[] _plain = [];
    private byte[] _stored = [];
    private byte[] _back = [];
    private int _storedBytes;

    [Params(DataKind.Text, DataKind.Records, DataKind.Code, DataKind.Noise)]
    public DataKind Kind { get; set; }

    [Params(64 << 10, 1 << 20)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _plain = SampleData.Make(Kind, Bytes);
        _back = new byte[Bytes];
        _stored = new byte[ChunkCompressor.MaxCompressedBytes(Bytes)];
        _storedBytes = ChunkCompressor.TryCompress(_plain, _stored);
    }

    [Benchmark(Description = "compress a chunk")]
    public int Compress() => ChunkCompressor.TryCompress(_plain, _stored);

    /// <summary>Noise is stored as it is, so getting it back is a copy.</summary>
    [Benchmark(Description = "decompress a chunk")]
    public int Decompress()
    {
        if (_storedBytes == 0)
        {
            _plain.CopyTo(_back, 0);
        }
        else
        {
            ChunkCompressor.Decompress(_stored.AsSpan(0, _storedBytes), _back);
        }

        return _back[^1];
    }
}
