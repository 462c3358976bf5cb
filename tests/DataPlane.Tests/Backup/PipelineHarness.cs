using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Restore;
using BackupEngine.DataPlane.Tests.Devices;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Tests.Backup;

/// <summary>A repository in a folder of its own, and both pipelines over it.</summary>
internal sealed class PipelineHarness : IDisposable
{
    public const int SmallChunk = 4096;
    public const string Volume = "volume-1";

    private readonly TemporaryFolder _folder = new(TemporaryFolder.MemoryFileSystem);

    public PipelineHarness(int chunkSizeBytes = SmallChunk)
    {
        RepositoryPath = _folder.File("repository");
        Repository = Repository.Create(RepositoryPath, new RepositoryOptions { ChunkSizeBytes = chunkSizeBytes });
    }

    public string RepositoryPath { get; }

    public Repository Repository { get; }

    public TemporaryFolder Folder => _folder;

    /// <summary>Few and small buffers, so that lanes meet their bounds.</summary>
    public TuningOptions Tuning { get; init; } = new() { Lanes = 2, IoSizeBytes = 64 * 1024, QueueDepth = 2 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public BackupRequest Request(IBlockDevice source, BackupResult? parent = null) => new()
    {
        Repository = Repository,
        Source = source,
        BackupId = BackupId.New(),
        VolumeId = Volume,
        ParentId = parent is null ? null : BackupId.Parse(parent.BackupId),
        Tuning = Tuning,
    };

    public Task<BackupResult> BackupAsync(IBlockDevice source, BackupResult? parent = null) =>
        BackupAsync(Request(source, parent));

    public Task<BackupResult> BackupAsync(byte[] content, BackupResult? parent = null) =>
        BackupAsync(new MemoryDevice(content), parent);

    public static Task<BackupResult> BackupAsync(BackupRequest request, CancellationToken? cancel = null) =>
        new BackupRunner(new StrictLogger<BackupRunner>()).RunAsync(request, null, cancel ?? Cancel);

    public RestoreRequest RestoreRequest(BackupResult backup, IBlockDevice target) => new()
    {
        Repository = Repository,
        BackupId = BackupId.Parse(backup.BackupId),
        Target = target,
        Tuning = Tuning,
    };

    public static Task<RestoreResult> RestoreAsync(RestoreRequest request, CancellationToken? cancel = null) =>
        new RestoreRunner(new StrictLogger<RestoreRunner>()).RunAsync(request, null, cancel ?? Cancel);

    /// <summary>Restores over a target full of something else.</summary>
    public async Task<byte[]> RestoreAsync(BackupResult backup, int extraBytes = 0)
    {
        var content = new byte[backup.VolumeBytes + extraBytes];
        content.AsSpan().Fill(0xEE);
        await RestoreAsync(RestoreRequest(backup, new StrictDevice(content)));
        return content;
    }

    public void Dispose()
    {
        Repository.Dispose();
        _folder.Dispose();
    }
}
