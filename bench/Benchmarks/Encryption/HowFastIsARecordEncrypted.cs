using System.ComponentModel;
using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Compression;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Packs;
using BenchmarkDotNet.Attributes;

namespace BackupEngine.Benchmarks.Encryption;

/// <summary>AES-256-GCM over the body of a record, with its checksum, and back.</summary>
[Description("ceiling: about 3 GB/s a core for AES-256-GCM with AES-NI; the checksum comes on top")]
public class HowFastIsARecordEncrypted : IDisposable
{
    private static readonly PackId Pack = new(1);

    private MasterKey _master = null!;
    private DataKeys _keys = null!;
    private PackKey _key = null!;
    private RecordOpener _opener = null!;
    private RecordEncoder _encoder = null!;
    private byte[] _plain = [];
    private byte[] _record = [];

    [Params(4 << 10, 64 << 10)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _master = MasterKey.Create();
        _keys = new DataKeys(_master, Guid.NewGuid());
        _key = new PackKey(_keys, Pack, KeyStore.FirstEpoch);
        _opener = new RecordOpener(_keys);
        _encoder = new RecordEncoder(Bytes, encrypts: true);
        _plain = SampleData.Make(DataKind.Noise, Bytes);
        Encrypt();
        var header = _encoder.Encode(default, _plain, CompressionAlgorithm.None);
        _encoder.TrySeal(header, _key);
        _record = _encoder.Record(header).ToArray();
    }

    [Benchmark(Description = "encrypt")]
    public bool Encrypt()
    {
        var header = _encoder.Encode(default(ChunkId), _plain, CompressionAlgorithm.None);
        return _encoder.TrySeal(header, _key);
    }

    [Benchmark(Description = "decrypt")]
    public bool Decrypt() =>
        Chunkstore.Format.RecordHeader.TryRead(_record, out var header, out _)
        && _opener.TryOpen(Pack, _record, header, _plain);

    [GlobalCleanup]
    public void Dispose()
    {
        _encoder?.Dispose();
        _opener?.Dispose();
        _key?.Dispose();
        _keys?.Dispose();
        _master?.Dispose();
        GC.SuppressFinalize(this);
    }
}
