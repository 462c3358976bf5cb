using BackupEngine.DataPlane.Memory;
using BackupEngine.DataPlane.Nbd.Server.Volumes;

namespace BackupEngine.DataPlane.Nbd.Server;

/// <summary>What serving may hold in memory: chunks, the requests of clients, and nodes of the tree.</summary>
/// <param name="Grant">To be given back when nothing is served any more.</param>
/// <param name="Request">What is served, with no more cache and connections than that allows.</param>
/// <param name="Warning">What it runs with instead of what was asked for; empty where it has that.</param>
internal sealed record ServeMemory(MemoryGrant Grant, NbdServeRequest Request, string Warning)
{
    /// <summary>Nodes of the tree that are kept, decoded.</summary>
    private const long TreeBytes = 6L * 1024 * 1024;

    /// <summary>Waits until there is at least what the smallest cache and one connection need.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="waits">Told when it has to wait, once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="Errors.UsageException">There will never be.</exception>
    public static async Task<ServeMemory> AcquireAsync(
        NbdServeRequest request, Action? waits, CancellationToken cancellationToken)
    {
        var wanted = BytesOf(request);
        var grant = await request.Shared.AcquireMemoryAsync(
            BytesOf(Least(request)), wanted, waits, cancellationToken);
        var within = Within(request, grant.Bytes);
        grant.Check(BytesOf(within));
        return new ServeMemory(grant, within, within == request ? "" : WarningOf(request, within));
    }

    /// <summary>Least that the cache can be.</summary>
    public static long LeastCacheBytes(NbdServeRequest request) =>
        (long)request.Repository.ChunkSizeBytes * ChunkCache.FewestSlots;

    private static long BytesOf(NbdServeRequest request) =>
        TreeBytes + request.CacheBytes + request.Limits.BufferBytes;

    private static NbdServeRequest Least(NbdServeRequest request) => request with
    {
        CacheBytes = LeastCacheBytes(request),
        Limits = request.Limits with { Connections = 1 },
    };

    /// <summary>Fewer connections first, down to what half of the memory can hold; then a smaller cache.</summary>
    private static NbdServeRequest Within(NbdServeRequest request, long bytes)
    {
        if (BytesOf(request) <= bytes)
        {
            return request;
        }

        var one = (request.Limits with { Connections = 1 }).BufferBytes;
        var free = bytes - TreeBytes;
        var forCache = Math.Min(request.CacheBytes, Math.Max(LeastCacheBytes(request), free / 2));
        var connections = (int)Math.Clamp((free - forCache) / one, 1, request.Limits.Connections);
        return request with
        {
            CacheBytes = Math.Min(request.CacheBytes, free - (connections * one)),
            Limits = request.Limits with { Connections = connections },
        };
    }

    private static string WarningOf(NbdServeRequest wanted, NbdServeRequest within) =>
        $"Within the memory budget there was room for {within.Limits.Connections} connections and a cache of "
        + $"{within.CacheBytes} bytes, not for {wanted.Limits.Connections} and {wanted.CacheBytes}.";
}
