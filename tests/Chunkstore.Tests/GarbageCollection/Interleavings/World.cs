using System.Collections.Concurrent;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Breaking;
using BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Disk;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings;

/// <summary>A repository in memory, and what every backup in it has to restore to.</summary>
internal sealed class World
{
    public const string Root = "/repository";

    private readonly MemoryFileSystem _disk;
    private readonly Guid _repositoryId;

    private World(MemoryFileSystem disk, Guid repositoryId, ConcurrentDictionary<string, string> contents)
    {
        _disk = disk;
        _repositoryId = repositoryId;
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
        var backend = new LocalDirectoryBackend(Root, disk);
        using var repository = Repository.Create(backend, options, new ParkingTime(participant: null));
        return new World(disk, repository.Id, []);
    }

    /// <summary>Another world that begins as this one is now.</summary>
    public World Copy() => new(_disk.Copy(), _repositoryId, new ConcurrentDictionary<string, string>(Contents));

    /// <summary>The repository as a participant opens it; null = nobody waits for anybody.</summary>
    public Repository Open(Participant? participant, ParkingTime? time = null)
    {
        IFileSystem files = _disk;
        if (participant is not null)
        {
            files = new ParkingFileSystem(participant, _disk);
            files = participant.ListsSlowly ? new SlowListing(files) : files;
            files = Breaker.Break(participant.Broken, files, _disk, _repositoryId);
        }

        return Repository.Open(new LocalDirectoryBackend(Root, files), time ?? new ParkingTime(participant));
    }

    /// <summary>How many packs are there, for everybody to see.</summary>
    public int CountPacks() => _disk.Count($"{Root}/packs/");

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
