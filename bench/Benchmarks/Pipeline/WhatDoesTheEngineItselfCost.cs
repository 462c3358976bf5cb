using System.ComponentModel;
using BackupEngine.Benchmarks.Nowhere;
using BackupEngine.Benchmarks.Running;
using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Compression;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Transfers;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.Benchmarks.Pipeline;

/// <summary>
/// A whole backup from a device that costs no disk into a repository whose packs go nowhere: zeros, which end at the
/// zero scan, and noise, which goes through every stage but LZ4 and the disk.
/// </summary>
[Description(
    "ceiling: zeros: clearing and scanning memory once each; noise: making it, the zero scan's first line, BLAKE3 of "
    + "chunk and pack, and one copy, over the cores")]
public class WhatDoesTheEngineItselfCost
{
    private readonly BackupRunner _runner = new(NullLogger<BackupRunner>.Instance);
    private TemporaryPlace? _place;
    private Repository? _repository;

    public static IEnumerable<int> VolumeBytes => [Scale.VolumeBytes];

    [ParamsSource(nameof(VolumeBytes))]
    public int Bytes { get; set; }

    [IterationSetup]
    public void Empty()
    {
        _place = new TemporaryPlace();
        var directory = new LocalDirectoryBackend(Path.Combine(_place.Path, "repository"));
        _repository = Repository.Create(new PacklessBackend(directory), new RepositoryOptions(), TimeProvider.System);
    }

    [IterationCleanup]
    public void Remove()
    {
        _repository?.Dispose();
        _place?.Dispose();
    }

    [Benchmark(Description = "zeros from nowhere")]
    public Task<long> Zeros() => RunAsync(VolumePattern.Zeros);

    [Benchmark(Description = "noise from nowhere to nowhere")]
    public Task<long> Noise() => RunAsync(new VolumePattern(5, ZeroPercent: 0, CompressiblePercent: 0));

    private async Task<long> RunAsync(VolumePattern pattern)
    {
        using var device = new NullDevice(Bytes, pattern);
        var request = new BackupRequest
        {
            Repository = _repository!,
            Source = device,
            BackupId = BackupId.New(),
            VolumeId = "bench",
            Tuning = new TuningOptions { Compression = CompressionAlgorithm.None },
        };
        var result = await _runner.RunAsync(request, progress: null, CancellationToken.None);
        return result.ChunksNew;
    }
}
