using System.Collections.Concurrent;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Disk;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings;

/// <summary>A repository in memory, and what every backup in it has to restore to.</summary>
internal sealed class World
{
    public const string Root = "/repository";

    private readonly MemoryFileSystem _disk;

    private World(MemoryFileSystem disk, ConcurrentDictionary<string, string> contents)
    {
        _disk = disk;
        Contents = contents;
    }

    /// <summary>The volume of each backup that was or will be made, as <see cref="Letters"/>.</summary>
    public ConcurrentDictionary<string, string> Contents { get; }

    /// <summary>What participants ended with, in the order of their ends.</summary>
    public ConcurrentQueue<string> Outcomes { get; } = [];

    public static World Create()
    {
        var disk = new MemoryFileSystem();
        var options = new RepositoryOptions { ChunkSizeBytes = Letters.ChunkSizeBytes };
        Repository.Create(new LocalDirectoryBackend(Root, disk), options, new ParkingTime(participant: null)).Dispose();
        return new World(disk, []);
    }

    /// <summary>Another world that begins as this one is now.</summary>
    public World Copy() => new(_disk.Copy(), new ConcurrentDictionary<string, string>(Contents));

    /// <summary>The repository as a participant opens it; null = nobody waits for anybody.</summary>
    public Repository Open(Participant? participant, ParkingTime? time = null)
    {
        IFileSystem files = participant is null ? _disk : new ParkingFileSystem(participant, _disk);
        return Repository.Open(new LocalDirectoryBackend(Root, files), time ?? new ParkingTime(participant));
    }

    /// <summary>Every published backup restores to what it was made of.</summary>
    public async Task AssertNothingIsLostAsync()
    {
        using var repository = Open(participant: null);
        foreach (var manifest in repository.ListManifests())
        {
            var restored = await Letters.RestoreAsync(repository, manifest);
            Assert.Equal(Contents[manifest.BackupId.Value], restored);
        }
    }
}
