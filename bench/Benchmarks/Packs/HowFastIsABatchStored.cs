using System.ComponentModel;
using BackupEngine.Benchmarks.Running;
using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Compression;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Stages;
using BenchmarkDotNet.Attributes;

namespace BackupEngine.Benchmarks.Packs;

/// <summary>
/// Batches of new chunks that do not compress, in one lane: lookup, header and checksum, and the copy into the buffers
/// of packs, whose digests and writes go on beside it on a file system in memory. Then the same chunks again.
/// </summary>
[Description("ceiling: new: the pack's digest (BLAKE3) and one copy in the kernel; known: what the hash table takes")]
public class HowFastIsABatchStored
{
    private const int ChunkBytes = 64 << 10;

    private byte[] _chunks = [];
    private ChunkId[] _ids = [];
    private TemporaryPlace? _place;
    private Repository? _repository;
    private BackupWriter? _writer;
    private ChunkBatch? _batch;

    public static IEnumerable<int> VolumeBytes => [Scale.VolumeBytes / 4];

    [ParamsSource(nameof(VolumeBytes))]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void Setup() => _chunks = SampleData.Make(DataKind.Noise, Bytes);

    [IterationSetup(Target = nameof(New))]
    public void Empty()
    {
        _place = new TemporaryPlace();
        _repository = Repository.Create(Path.Combine(_place.Path, "repository"), new RepositoryOptions());
        _ids = new ChunkId[Bytes / ChunkBytes];
        _repository.ChunkHasher.HashMany(_chunks, _ids);
        _writer = _repository.BeginBackup(new BackupWriterOptions
        {
            BackupId = BackupId.New(),
            VolumeId = "bench",
            VolumeBytes = Bytes,
            Compression = CompressionAlgorithm.None,
        });
        _batch = _writer.NewBatch();
    }

    [IterationSetup(Target = nameof(Known))]
    public void Filled()
    {
        Empty();
        StoreAsync().Wait();
    }

    [IterationCleanup]
    public void Remove()
    {
        _batch?.Dispose();
        _writer?.DisposeAsync().AsTask().Wait();
        _repository?.Dispose();
        _place?.Dispose();
    }

    [Benchmark(Description = "new")]
    public Task<int> New() => StoreAsync();

    [Benchmark(Description = "known")]
    public Task<int> Known() => StoreAsync();

    private async Task<int> StoreAsync()
    {
        var clock = new StageTotals().NewClock();
        var stored = 0;
        var batch = _batch!;
        for (var first = 0; first < _ids.Length; first += batch.Capacity)
        {
            batch.Clear();
            for (var i = first; i < Math.Min(_ids.Length, first + batch.Capacity); i++)
            {
                batch.Add(_ids[i], _chunks.AsMemory(i * ChunkBytes, ChunkBytes));
            }

            await _writer!.StoreManyAsync(batch, clock, CancellationToken.None);
            stored += batch.Count;
        }

        return stored;
    }
}
