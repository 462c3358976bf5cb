using BackupEngine.Chunkstore.Encryption;
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
    [InlineData(4096, 400)]
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
            volume.RereadPositionBytes = backup * chunkSize;
            parent = await volume.BackUpAsync(repository, $"incremental-{backup}", parent);
        }

        AssertRestores(volume, "incremental-2");
        AssertRestores(volume, "incremental-2", "--from-packs");
    }

    [Theory]
    [InlineData("--key-file=")]
    [InlineData("--passphrase-file=")]
    public async Task It_restores_what_is_encrypted_with_the_key_and_nothing_without(string option)
    {
        PythonReader.SkipUnlessInstalled();
        var secret = "a passphrase of thirty-two bytes "u8.ToArray();
        File.WriteAllBytes(_directory.Sub("secret"), secret);
        var volume = TestVolume.Mixed(4096, 100, seed: 13);
        using var repository = Repository.Create(RepositoryPath, new RepositoryOptions
        {
            ChunkSizeBytes = 4096,
            Secret = option.StartsWith("--key", StringComparison.Ordinal)
                ? RepositorySecret.FromKeyFile(secret)
                : RepositorySecret.FromPassphrase(secret),
            KeySlot = new KeySlotOptions { Cost = new Argon2Cost(1024, 2) },
        });
        var full = await volume.BackUpAsync(repository, "full");
        volume.Change(7, 99);
        await volume.BackUpAsync(repository, "incremental", full);
        AssertRestores(volume, "incremental", option + _directory.Sub("secret"));
        AssertRestores(volume, "incremental", option + _directory.Sub("secret"), "--from-packs");
        Assert.Contains("key", PythonReader.Restore(RepositoryPath, "full", Target), StringComparison.Ordinal);
        secret[0]++;
        File.WriteAllBytes(_directory.Sub("secret"), secret);
        var refused = PythonReader.Restore(RepositoryPath, "full", Target, option + _directory.Sub("secret"));
        Assert.Contains("no key slot", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_refuses_a_damaged_record()
    {
        PythonReader.SkipUnlessInstalled();
        var volume = TestVolume.Mixed(4096, 20, seed: 12);
        using var repository = Create(4096);
        await volume.BackUpAsync(repository, "full");
        var packs = Path.Combine(RepositoryPath, "packs");
        foreach (var pack in Directory.GetFiles(packs, "*", SearchOption.AllDirectories))
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
