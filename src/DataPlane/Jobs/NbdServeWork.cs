using BackupEngine.DataPlane.Nbd.Server;
using BackupEngine.DataPlane.Nbd.Server.Listening;
using BackupEngine.DataPlane.Transfers;
using Contract = BackupEngine.DataPlane.Protocol;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>Serves a backup as a block device until it is told to stop, which is its good end.</summary>
internal sealed class NbdServeWork : JobWork
{
    private const string Serving = "serving";

    /// <summary>Where it is served.</summary>
    public required NbdEndpoint Endpoint { get; init; }

    /// <summary>The file that takes what clients write, absolute; null: they cannot write.</summary>
    public required string? OverlayPath { get; init; }

    /// <summary>Most bytes of decompressed chunks that are kept.</summary>
    public required long CacheBytes { get; init; }

    /// <summary>TLS; null for none.</summary>
    public required TlsFiles? Tls { get; init; }

    /// <summary>What clients may take.</summary>
    public required NbdServerLimits Limits { get; init; }

    /// <inheritdoc/>
    public override bool NeedsBackupAlone => false;

    /// <inheritdoc/>
    public override string Verb => "serving";

    /// <inheritdoc/>
    public override async Task<Action<Contract.Job>> RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        using var lease = context.Services.Repositories.Lease(Repository, initialize: false);
        var request = new NbdServeRequest
        {
            Repository = lease.Repository,
            BackupId = BackupId,
            Endpoint = Endpoint,
            OverlayPath = OverlayPath,
            CacheBytes = CacheBytes,
            Tls = Tls,
            Limits = Limits,
            Shared = context.Shared,
            WaitsForMemory = () => context.Progress.Report(new TransferProgress(0, 0, "memory")),
        };
        NbdServing? began = null;
        var served = await context.Services.NbdServes.RunAsync(
            request,
            serving =>
            {
                began = serving;
                context.Progress.Report(new TransferProgress(0, 0));
                context.Phases.Report(new JobPhase(Serving, 0, 0) { Serving = Describe(serving) });
            },
            cancellationToken);
        var result = Describe(began!, served);
        return job => job.NbdServe = result;
    }

    private static Contract.NbdServeResult Describe(NbdServing serving) => new()
    {
        BackupId = serving.BackupId,
        Uri = serving.Uri,
        VolumeBytes = serving.VolumeBytes,
        Writable = serving.Writable,
        Tls = serving.Tls,
        CacheBytes = serving.CacheBytes,
        BufferBytes = serving.BufferBytes,
        Warnings = { serving.Warnings },
    };

    private static Contract.NbdServeResult Describe(NbdServing serving, NbdServed served)
    {
        var result = Describe(serving);
        result.Connections = served.Connections;
        result.Requests = served.Requests;
        result.BytesRead = served.BytesRead;
        result.HoleBytes = served.HoleBytes;
        result.BytesWritten = served.BytesWritten;
        result.CacheHits = served.CacheHits;
        result.CacheMisses = served.CacheMisses;
        result.FailedReads = served.FailedReads;
        return result;
    }
}
