using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Checkpoints;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Tests.Repositories;

namespace BackupEngine.Chunkstore.Tests.Checkpoints;

/// <summary>A backup that makes a checkpoint after every leaf and goes on from those of an earlier run.</summary>
internal sealed class InterruptedBackup(TestVolume volume, BackupWriterOptions options)
{
    /// <summary>Ends the run when this many leaves were read; null for none.</summary>
    public int? StopAfterLeaves { get; set; }

    /// <summary>Leaves that the last run read.</summary>
    public int LeavesRead { get; private set; }

    /// <summary>What the last run went on from.</summary>
    public ResumedLeaves? Resumed { get; private set; }

    public static BackupWriterOptions Options(TestVolume volume, string backup, Manifest? parent = null) =>
        volume.Options(backup, parent) with { CheckpointTime = TimeSpan.FromTicks(1) };

    /// <summary>Opens the repository as a new process would, and runs once.</summary>
    public async Task<Manifest> RunAsync(string directory, IFileSystem? files = null)
    {
        var backend = new LocalDirectoryBackend(directory, files ?? new LinuxFileSystem());
        using var repository = Repository.Open(backend, TimeProvider.System);
        return await RunAsync(repository);
    }

    public async Task<Manifest> RunAsync(Repository repository)
    {
        LeavesRead = 0;
        await using var writer = repository.BeginBackup(options);
        Resumed = await writer.ResumeAsync(ReadScope.Everything, CancellationToken.None);
        for (var leaf = 0L; leaf < volume.Shape.LeafCount; leaf++)
        {
            if (Resumed.Contains(leaf))
            {
                continue;
            }

            if (LeavesRead == StopAfterLeaves)
            {
                throw new OperationCanceledException("as asked for");
            }

            LeavesRead++;
            await ReadLeafAsync(repository, writer, leaf);
        }

        return await writer.CommitAsync(new SourceCounters(0, 0, 0), CancellationToken.None);
    }

    private async Task ReadLeafAsync(Repository repository, BackupWriter writer, long leaf)
    {
        var ids = new ChunkId[volume.Shape.ChunksInLeaf(leaf)];
        for (var i = 0; i < ids.Length; i++)
        {
            var chunk = (leaf * TreeShape.FanOut) + i;
            var plain = volume.Bytes.AsMemory(
                (int)(chunk * volume.Shape.ChunkSizeBytes), volume.Shape.ChunkLength(chunk));
            if (plain.Span.ContainsAnyExcept((byte)0))
            {
                ids[i] = repository.ChunkHasher.Hash(plain.Span);
                await writer.StoreAsync(ids[i], plain, CancellationToken.None);
            }
        }

        await writer.SetLeafAsync(leaf, ids, CancellationToken.None);
    }
}
