using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Tests.Histories;

/// <summary>Makes one backup of bytes in memory, of all of them or of the chunks that have changed.</summary>
internal sealed class HistoryBackup(Repository repository, byte[] bytes)
{
    private readonly TreeShape _shape = new(bytes.Length, repository.ChunkSizeBytes);

    /// <param name="id">The new backup.</param>
    /// <param name="parent">What it stands on, or null.</param>
    /// <param name="changed">Chunks to read; null for all.</param>
    public async Task RunAsync(string id, Manifest? parent, IReadOnlyCollection<int>? changed)
    {
        await using var writer = repository.BeginBackup(new BackupWriterOptions
        {
            BackupId = BackupId.Parse(id),
            VolumeId = "volume",
            VolumeBytes = bytes.Length,
            Parent = parent,
            PackSizeBytes = 128 * 1024,
            CheckpointChunks = 150,
        });
        var leaves = changed is null
            ? Enumerable.Range(0, (int)_shape.LeafCount).Select(leaf => (long)leaf)
            : changed.Select(chunk => (long)(chunk / TreeShape.FanOut)).Distinct().Order();
        foreach (var leaf in leaves)
        {
            await SetLeafAsync(writer, leaf, changed);
        }

        await writer.CommitAsync(new SourceCounters(bytes.Length, 0, 0), CancellationToken.None);
    }

    private async Task SetLeafAsync(BackupWriter writer, long leaf, IReadOnlyCollection<int>? changed)
    {
        var ids = new ChunkId[_shape.ChunksInLeaf(leaf)];
        if (changed is not null)
        {
            await InheritAsync(writer, leaf, ids);
        }

        for (var i = 0; i < ids.Length; i++)
        {
            var chunk = (int)(leaf * TreeShape.FanOut) + i;
            if (changed?.Contains(chunk) != false)
            {
                ids[i] = await StoreAsync(writer, chunk);
            }
        }

        await writer.Tree.SetLeafAsync(leaf, ids, CancellationToken.None);
    }

    /// <summary>The parent's ids of a leaf; where the parent has none, everything is zeros.</summary>
    private static async Task InheritAsync(BackupWriter writer, long leaf, ChunkId[] ids)
    {
        var parent = writer.ParentTree!;
        if (leaf < parent.Root.Shape.LeafCount)
        {
            var former = new ChunkId[parent.Root.Shape.ChunksInLeaf(leaf)];
            await parent.ReadLeafAsync(leaf, former, CancellationToken.None);
            former.AsSpan(0, Math.Min(former.Length, ids.Length)).CopyTo(ids);
        }
    }

    private async ValueTask<ChunkId> StoreAsync(BackupWriter writer, int chunk)
    {
        var plain = bytes.AsMemory(chunk * _shape.ChunkSizeBytes, _shape.ChunkLength(chunk));
        if (ZeroScan.IsZero(plain.Span))
        {
            return ChunkId.Zero;
        }

        var id = repository.ChunkHasher.Hash(plain.Span);
        await writer.StoreAsync(id, plain, CancellationToken.None);
        return id;
    }
}
