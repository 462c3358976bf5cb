using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.DataPlane.Nbd.Server.Listening;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Nbd.Server;

/// <summary>One backup to be served. The repository is open and stays its owner's.</summary>
internal sealed record NbdServeRequest
{
    /// <summary>Most bytes of decompressed chunks that are kept, unless said otherwise.</summary>
    public const long DefaultCacheBytes = 64 * 1024 * 1024;

    /// <summary>Where the backup is.</summary>
    public required Repository Repository { get; init; }

    /// <summary>The backup.</summary>
    public required BackupId BackupId { get; init; }

    /// <summary>Where to listen.</summary>
    public required NbdEndpoint Endpoint { get; init; }

    /// <summary>The file that takes what clients write; null: they cannot write.</summary>
    public string? OverlayPath { get; init; }

    /// <summary>Most bytes of decompressed chunks that are kept.</summary>
    public long CacheBytes { get; init; } = DefaultCacheBytes;

    /// <summary>TLS, which is needed then; null for none.</summary>
    public TlsFiles? Tls { get; init; }

    /// <summary>Bounds what it holds, together with other jobs.</summary>
    public SharedResources Shared { get; init; } = new();

    /// <summary>Told when it waits for memory.</summary>
    public Action? WaitsForMemory { get; init; }

    /// <summary>What clients may take.</summary>
    public NbdServerLimits Limits { get; init; } = new();
}
