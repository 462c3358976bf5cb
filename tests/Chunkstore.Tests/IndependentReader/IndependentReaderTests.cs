using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Tests.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.IndependentReader;

/// <summary>docs/format.md is enough to restore from a repository: a program written from it alone does so.</summary>
public sealed class IndependentReaderTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string RepositoryPath => _directory.Sub("repository");

    private string Target => _directory.Sub("restored");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(4096, 700)]
    [InlineData(256 * 1024, 5)]
    public async Task It_restores_a_full_backup_and_incrementals_on_top_of_it(int chunkSize, int chunks)
    {
        PythonReader.SkipUnlessInstalled();
        var volume = TestVolume.Mixed(chunkSize, chunks, seed: 11);
        using var repository = Create(chunkSize);
        var parent = await volume.BackUpAsync(repository, "full");
        AssertRestores(volume, "full");
        for (var backup = 0; backup < 3; backup++)
        {
            volume.Change(backup * 2, 100 + backup);
            parent = await volume.BackUpAsync(repository, $"incremental-{backup}", parent);
        }

        AssertRestores(volume, "incremental-2");
        AssertRestores(volume, "incremental-2", "--from-packs");
    }

    [Fact]
    public async Task It_refuses_a_damaged_record()
    {
        PythonReader.SkipUnlessInstalled();
        var volume = TestVolume.Mixed(4096, 20, seed: 12);
        using var repository = Create(4096);
        await volume.BackUpAsync(repository, "full");
        foreach (var pack in Directory.GetFiles(Path.Combine(RepositoryPath, "packs"), "*", SearchOption.AllDirectories))
        {
            var bytes = File.ReadAllBytes(pack);
            bytes[200] ^= 1;
            File.WriteAllBytes(pack, bytes);
        }

        Assert.Contains("CRC", PythonReader.Restore(RepositoryPath, "full", Target), StringComparison.Ordinal);
    }

    private Repository Create(int chunkSize) =>
        Repository.Create(RepositoryPath, new RepositoryOptions { ChunkSizeBytes = chunkSize });

    private void AssertRestores(TestVolume volume, string backup, params string[] options)
    {
        Assert.Equal("", PythonReader.Restore(RepositoryPath, backup, Target, options));
        Assert.True(volume.Bytes.AsSpan().SequenceEqual(File.ReadAllBytes(Target)), $"{backup} is another volume");
    }
}
