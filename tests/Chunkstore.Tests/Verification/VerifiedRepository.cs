using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Tests.Repositories;
using BackupEngine.Chunkstore.Verification;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Verification;

/// <summary>A repository in memory with the means to damage it.</summary>
internal sealed class VerifiedRepository : IDisposable
{
    public const int ChunkSize = 4096;

    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();

    public VerifiedRepository(bool isEncrypted = false)
    {
        Secret = isEncrypted ? RepositorySecret.FromKeyFile(new byte[RepositorySecret.MinimumKeyFileBytes]) : null;
        Repository.Create(
            Path, new RepositoryOptions { ChunkSizeBytes = ChunkSize, Secret = Secret }).Dispose();
    }

    public RepositorySecret? Secret { get; }

    public string Path => _directory.Sub("repository");

    public void Dispose() => _directory.Dispose();

    public Repository Open() => Repository.Open(Path, Secret);

    public string[] Files(string place) =>
    [
        .. Directory.EnumerateFiles(System.IO.Path.Combine(Path, place), "*", SearchOption.AllDirectories).Order(),
    ];

    /// <summary>The packs that hold chunks, by the type in their headers.</summary>
    public IEnumerable<string> DataPacks() => Files("packs").Where(file => File.ReadAllBytes(file)[12] == 1);

    /// <summary>The packs that hold tree nodes.</summary>
    public IEnumerable<string> MetadataPacks() => Files("packs").Where(file => File.ReadAllBytes(file)[12] == 2);

    public static void Flip(string file, long offset)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[offset] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    public async Task BackUpAsync(TestVolume volume, string backup, string? parent = null)
    {
        using var repository = Open();
        var on = parent is null ? null : repository.GetManifest(BackupId.Parse(parent));
        await volume.BackUpAsync(repository, backup, on);
    }

    public async Task<VerifyReport> VerifyAsync(VerifyLevel level = VerifyLevel.Data) =>
        await VerifyAsync(new VerifyOptions { Level = level });

    public async Task<VerifyReport> VerifyAsync(VerifyOptions options)
    {
        using var repository = Open();
        return await repository.VerifyAsync(options, null, TestContext.Current.CancellationToken);
    }

    public async Task AssertRestoresAsync(TestVolume volume, string backup)
    {
        using var repository = Open();
        await volume.AssertRestoresAsync(repository, backup);
    }
}
