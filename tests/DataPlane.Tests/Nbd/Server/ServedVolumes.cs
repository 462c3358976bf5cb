using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Nbd.Server.Volumes;
using BackupEngine.DataPlane.Tests.Backup;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.DataPlane.Tests.Nbd.Server;

/// <summary>Volumes with zeros, repeated chunks and data, backed up and opened to be served.</summary>
internal static class ServedVolumes
{
    /// <summary>Content in which a third each is zeros, one repeated chunk, and random.</summary>
    public static byte[] Content(Random random, int bytes, int chunkBytes)
    {
        var content = new byte[bytes];
        var repeated = new byte[chunkBytes];
        random.NextBytes(repeated);
        for (var start = 0; start < bytes; start += chunkBytes)
        {
            var chunk = content.AsSpan(start, Math.Min(chunkBytes, bytes - start));
            switch (random.Next(3))
            {
                case 0:
                    break;
                case 1:
                    repeated.AsSpan(0, chunk.Length).CopyTo(chunk);
                    break;
                default:
                    random.NextBytes(chunk);
                    break;
            }
        }

        return content;
    }

    /// <summary>Backs a content up and opens it.</summary>
    public static async Task<BackupVolume> BackUpAsync(PipelineHarness harness, byte[] content, int cacheChunks)
    {
        var result = await harness.BackupAsync(content);
        return Open(harness, BackupId.Parse(result.BackupId), cacheChunks);
    }

    public static BackupVolume Open(PipelineHarness harness, BackupId id, int cacheChunks)
    {
        var repository = harness.Repository;
        var cache = new ChunkCache((long)cacheChunks * repository.ChunkSizeBytes, repository.ChunkSizeBytes);
        var tree = repository.OpenTree(repository.GetManifest(id));
        return new BackupVolume(tree, repository.Chunks, cache, new DamageLog(NullLogger.Instance));
    }

    /// <summary>All of a volume.</summary>
    public static async Task<byte[]> ReadAllAsync(IServedVolume volume)
    {
        var content = new byte[volume.LengthBytes];
        await volume.ReadAsync(0, content, new ReadScratch(), TestContext.Current.CancellationToken);
        return content;
    }
}
