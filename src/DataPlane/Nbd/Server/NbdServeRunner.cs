using BackupEngine.Chunkstore.Manifests;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Nbd.Server.Connections;
using BackupEngine.DataPlane.Nbd.Server.Listening;
using BackupEngine.DataPlane.Nbd.Server.Overlay;
using BackupEngine.DataPlane.Nbd.Server.Volumes;

namespace BackupEngine.DataPlane.Nbd.Server;

/// <summary>
/// Serves backups as block devices: for the command line and for the job server alike. Safe to use from many threads.
/// </summary>
internal sealed class NbdServeRunner(TimeProvider time, ILogger<NbdServeRunner> logger)
{
    /// <summary>Serves until it is told to end. The backup is kept from garbage collection for as long.</summary>
    /// <param name="request">What to serve, and where.</param>
    /// <param name="ready">Told once, when clients can connect.</param>
    /// <param name="ending">Tells it to end: no error; what is under way is answered, what was written is
    /// lasting.</param>
    /// <exception cref="UsageException">Something of it is not possible; nothing is served.</exception>
    /// <exception cref="Chunkstore.Errors.RepositoryException">The backup cannot be found or opened.</exception>
    public async Task<NbdServed> RunAsync(
        NbdServeRequest request, Action<NbdServing> ready, CancellationToken ending)
    {
        var repository = request.Repository;
        var manifest = repository.GetManifest(request.BackupId);
        RequireCache(request);
        var tls = request.Tls?.Load();
        var memory = await ServeMemory.AcquireAsync(request, request.WaitsForMemory, ending);
        using var grant = memory.Grant;
        request = memory.Request;
        using var session = repository.BeginRead(manifest);
        var cache = new ChunkCache(request.CacheBytes, repository.ChunkSizeBytes);
        var damage = new DamageLog(logger);
        var counters = new ServeCounters();
        await using var volume = Open(request, manifest, cache, damage);
        using var listener = NbdListener.Open(request.Endpoint, tls is not null);
        var serving = Describe(request, manifest, listener, volume, [session.Warning, memory.Warning]);
        foreach (var warning in serving.Warnings)
        {
            logger.LogWarning("{Warning}", warning);
        }

        ready(serving);
        var export = new Export(manifest.BackupId.Value, DescriptionOf(manifest), volume);
        await new NbdServer(export, request.Limits, tls, counters, time, logger).RunAsync(listener.Socket, ending);
        return new NbdServed(
            counters.Connections, counters.Requests, counters.BytesRead, counters.HoleBytes, counters.BytesWritten,
            cache.Hits, cache.Misses, damage.FailedReads);
    }

    private static void RequireCache(NbdServeRequest request)
    {
        var least = ServeMemory.LeastCacheBytes(request);
        if (request.CacheBytes < least)
        {
            throw new UsageException(
                $"A cache of {request.CacheBytes} bytes is too small: with chunks of "
                + $"{request.Repository.ChunkSizeBytes} bytes it needs {least} at least.");
        }
    }

    private static IServedVolume Open(
        NbdServeRequest request, Manifest manifest, ChunkCache cache, DamageLog damage)
    {
        var repository = request.Repository;
        var backup = new BackupVolume(repository.OpenTree(manifest), repository.Chunks, cache, damage);
        return request.OverlayPath is { } path
            ? new OverlayVolume(backup, OpenOverlay(path, OverlayIdentity.Of(repository, manifest)))
            : backup;
    }

    private static OverlayStore OpenOverlay(string path, OverlayIdentity identity)
    {
        var file = OverlayFile.Open(path, identity);
        try
        {
            return new OverlayStore(file, identity.VolumeBytes);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static NbdServing Describe(
        NbdServeRequest request,
        Manifest manifest,
        NbdListener listener,
        IServedVolume volume,
        IEnumerable<string> doubts) => new()
        {
            BackupId = manifest.BackupId.Value,
            VolumeId = manifest.VolumeId,
            VolumeBytes = volume.LengthBytes,
            Uri = listener.Uri,
            Writable = volume.IsWritable,
            Overlay = request.OverlayPath is { } path ? Path.GetFullPath(path) : null,
            Tls = request.Tls is not null,
            CacheBytes = request.CacheBytes,
            BufferBytes = request.Limits.BufferBytes,
            ProcessId = Environment.ProcessId,
            Warnings = [.. doubts.Where(doubt => doubt.Length > 0), .. Warnings(request)],
        };

    private static IEnumerable<string> Warnings(NbdServeRequest request)
    {
        if (request is { OverlayPath: { } path, Repository.IsEncrypted: true })
        {
            yield return $"The repository is encrypted, but the overlay {path} is not: what clients write, and what "
                + "lies around it in the same block of 4 KiB, can be read there.";
        }
    }

    private static string DescriptionOf(Manifest manifest) =>
        $"backup {manifest.BackupId} of volume {manifest.VolumeId}, begun {manifest.CreatedAt:u}";
}
