using System.Buffers.Binary;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Sessions;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Repositories;

/// <summary>A volume in memory, with what a data plane would do to it, in its simplest form.</summary>
internal sealed class TestVolume
{
    private readonly int _chunkSizeBytes;

    public TestVolume(int chunkSizeBytes, byte[] bytes)
    {
        _chunkSizeBytes = chunkSizeBytes;
        Bytes = bytes;
    }

    public byte[] Bytes { get; }

    /// <summary>What the manifests say of the next incremental.</summary>
    public long RereadPositionBytes { get; set; }

    public TreeShape Shape => new(Bytes.Length, _chunkSizeBytes);

    /// <summary>Chunks of text-like, random, repeated and zero bytes, the same for the same seed.</summary>
    public static TestVolume Mixed(int chunkSizeBytes, int chunks, int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[(chunkSizeBytes * chunks) - (chunkSizeBytes / 3)];
        for (var chunk = 0; chunk < chunks; chunk++)
        {
            var rest = bytes.AsSpan(chunk * chunkSizeBytes);
            Fill(rest[..Math.Min(chunkSizeBytes, rest.Length)], random, chunk % 4);
        }

        return new TestVolume(chunkSizeBytes, bytes);
    }

    /// <summary>Changes one chunk in a way of its own.</summary>
    public void Change(long chunk, int salt) =>
        BinaryPrimitives.WriteInt32LittleEndian(Bytes.AsSpan((int)(chunk * _chunkSizeBytes)), salt);

    public async Task<Manifest> BackUpAsync(Repository repository, string backup, Manifest? parent = null)
    {
        await using var writer = repository.BeginBackup(Options(backup, parent));
        return await BackUpAsync(repository, writer);
    }

    public BackupWriterOptions Options(string backup, Manifest? parent = null) => new()
    {
        BackupId = BackupId.Parse(backup),
        VolumeId = "volume",
        VolumeBytes = Bytes.Length,
        Parent = parent,
        PackSizeBytes = 128 * 1024,
        BaseToken = "token of " + backup,
    };

    public async Task<Manifest> BackUpAsync(Repository repository, BackupWriter writer)
    {
        var leaves = Enumerable.Range(0, (int)Shape.LeafCount);
        await Parallel.ForEachAsync(leaves, async (leaf, token) =>
        {
            var ids = new ChunkId[Shape.ChunksInLeaf(leaf)];
            for (var i = 0; i < ids.Length; i++)
            {
                ids[i] = await StoreAsync(repository, writer, ((long)leaf * TreeShape.FanOut) + i, token);
            }

            await writer.Tree.SetLeafAsync(leaf, ids, token);
        });
        var counters = new SourceCounters(Bytes.Length, 0, 0) { RereadPositionBytes = RereadPositionBytes };
        return await writer.CommitAsync(counters, CancellationToken.None);
    }

    public async Task AssertRestoresAsync(Repository repository, string backup)
    {
        var restored = await RestoreAsync(repository, repository.GetManifest(BackupId.Parse(backup)));
        Assert.True(restored.AsSpan().SequenceEqual(Bytes), $"backup {backup} is not what the volume was");
    }

    public static async Task<byte[]> RestoreAsync(Repository repository, Manifest manifest)
    {
        var shape = manifest.Root.Shape;
        var tree = repository.OpenTree(manifest);
        var restored = new byte[shape.VolumeBytes];
        var requests = new List<ChunkReadRequest>();
        await foreach (var leaf in tree.NonZeroLeavesAsync(CancellationToken.None))
        {
            var ids = new ChunkId[shape.ChunksInLeaf(leaf)];
            await tree.ReadLeafAsync(leaf, ids, CancellationToken.None);
            foreach (var (i, id) in ids.Index().Where(pair => !pair.Item.IsZero))
            {
                var chunk = (leaf * TreeShape.FanOut) + i;
                var place = restored.AsMemory((int)(chunk * shape.ChunkSizeBytes), shape.ChunkLength(chunk));
                requests.Add(new ChunkReadRequest(id, place));
            }
        }

        await repository.Chunks.ReadManyAsync(requests, CancellationToken.None);
        return restored;
    }

    private async ValueTask<ChunkId> StoreAsync(
        Repository repository, BackupWriter writer, long chunk, CancellationToken cancellationToken)
    {
        var plain = Bytes.AsMemory((int)(chunk * _chunkSizeBytes), Shape.ChunkLength(chunk));
        if (!plain.Span.ContainsAnyExcept((byte)0))
        {
            return ChunkId.Zero;
        }

        var id = repository.ChunkHasher.Hash(plain.Span);
        await writer.StoreAsync(id, plain, cancellationToken);
        return id;
    }

    private static void Fill(Span<byte> place, Random random, int kind)
    {
        switch (kind)
        {
            case 0:
                random.NextBytes(place);
                break;
            case 1:
                for (var i = 0; i < place.Length; i++)
                {
                    place[i] = (byte)"the quick brown fox "[(i + random.Next(2)) % 20];
                }

                break;
            case 2:
                place.Fill(7);
                break;
        }
    }
}
