using System.ComponentModel;
using BackupEngine.Benchmarks.Running;
using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Devices;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.Benchmarks.Pipeline;

/// <summary>
/// The pipeline by itself: a mixed volume (30 % zero, 40 % compressible, 30 % noise) in memory, the repository on a
/// file system in memory. First into an empty repository, then again with nothing known of the parent.
/// </summary>
[Description(
    "ceiling: the sum of zero scan, hash, LZ4 and copies over the cores; the second backup has no LZ4 and no writes")]
public class HowFastIsAWholeBackup
{
    private const string Volume = "bench";

    private readonly BackupRunner _runner = new(NullLogger<BackupRunner>.Instance);
    private MemoryDevice? _device;
    private TemporaryPlace? _place;
    private Repository? _repository;

    public static IEnumerable<int> VolumeBytes => [Scale.VolumeBytes];

    [ParamsSource(nameof(VolumeBytes))]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var content = new byte[Bytes];
        VolumePattern.Mixed(7).Fill(0, content);
        _device = new MemoryDevice(content);
    }

    [IterationSetup(Target = nameof(Full))]
    public void EmptyRepository()
    {
        _place = new TemporaryPlace();
        _repository = Repository.Create(Path.Combine(_place.Path, "repository"), new RepositoryOptions());
    }

    [IterationSetup(Target = nameof(Again))]
    public void FilledRepository()
    {
        EmptyRepository();
        RunAsync().Wait();
    }

    [IterationCleanup]
    public void RemoveRepository()
    {
        _repository?.Dispose();
        _place?.Dispose();
    }

    [Benchmark(Description = "full backup into an empty repository")]
    public Task<long> Full() => RunAsync();

    [Benchmark(Description = "full backup of what is stored already")]
    public Task<long> Again() => RunAsync();

    private async Task<long> RunAsync()
    {
        var request = new BackupRequest
        {
            Repository = _repository!,
            Source = _device!,
            BackupId = BackupId.New(),
            VolumeId = Volume,
        };
        var result = await _runner.RunAsync(request, progress: null, CancellationToken.None);
        return result.ChunksNew;
    }
}
