using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Tests.IndependentReader;
using BackupEngine.Chunkstore.Tests.Repositories;
using BackupEngine.Chunkstore.Verification;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Golden;

/// <summary>
/// Repositories that earlier programs have written are read for ever: by this program, and by the independent reader.
/// </summary>
public sealed class GoldenRepositoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Golden");

    public static TheoryData<string> Names =>
        [.. Directory.GetFiles(Folder, "*.tar.gz").Select(file => Path.GetFileName(file)[..^".tar.gz".Length]).Order()];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Every_format_version_has_its_repositories() =>
        Assert.Equal(["v1-key-file", "v1-large-chunks", "v1-passphrase", "v1-plain"], Names.Select(row => row.Data));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_was_backed_up_then_comes_back_now(string name)
    {
        using var repository = Repository.Open(Unpack(name), SecretOf(name));
        foreach (var (backup, digest) in Expected(name))
        {
            var manifest = repository.GetManifest(BackupId.Parse(backup));
            Assert.Equal(digest, DigestOf(await TestVolume.RestoreAsync(repository, manifest)));
        }

        var options = new VerifyOptions { Level = VerifyLevel.Data };
        var report = await repository.VerifyAsync(options, progress: null, TestContext.Current.CancellationToken);
        Assert.True(report.Clean, string.Join('\n', report.Faults));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_next_incremental_stands_on_what_was_written_then(string name)
    {
        using var repository = Repository.Open(Unpack(name), SecretOf(name));
        var parent = repository.FindLatest("disk")!;
        var volume = new TestVolume(repository.ChunkSizeBytes, await TestVolume.RestoreAsync(repository, parent));
        volume.Change(0, 5);
        var incremental = await volume.BackUpAsync(repository, "now", parent);
        Assert.Equal(1, incremental.Statistics.ChunksNew);
        await volume.AssertRestoresAsync(repository, "now");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_independent_reader_restores_it_as_well(string name)
    {
        PythonReader.SkipUnlessInstalled();
        var repository = Unpack(name);
        string[] options = KindOf(name) switch
        {
            "key-file" => [$"--key-file={SecretFile(name, "key-file")}"],
            "passphrase" => [$"--passphrase-file={SecretFile(name, "passphrase")}"],
            _ => [],
        };
        foreach (var (backup, digest) in Expected(name))
        {
            var target = _directory.Sub("restored");
            Assert.Equal("", PythonReader.Restore(repository, backup, target, options));
            Assert.Equal(digest, DigestOf(File.ReadAllBytes(target)));
        }
    }

    private static string DigestOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private string Unpack(string name)
    {
        using var file = File.OpenRead(Path.Combine(Folder, name + ".tar.gz"));
        using var plain = new GZipStream(file, CompressionMode.Decompress);
        TarFile.ExtractToDirectory(plain, _directory.Path, overwriteFiles: false);
        return _directory.Sub(name);
    }

    private static IEnumerable<(string Backup, string Digest)> Expected(string name) =>
        File.ReadLines(Path.Combine(Folder, name + ".sha256"))
            .Select(line => line.Split("  "))
            .Select(parts => (parts[1], parts[0]));

    private static string? KindOf(string name) => name.EndsWith("-key-file", StringComparison.Ordinal) ? "key-file"
        : name.EndsWith("-passphrase", StringComparison.Ordinal) ? "passphrase"
        : null;

    private static string SecretFile(string name, string kind) =>
        Path.Combine(Folder, $"{name[..name.IndexOf('-', StringComparison.Ordinal)]}.{kind}");

    private static RepositorySecret? SecretOf(string name) => KindOf(name) switch
    {
        "key-file" => RepositorySecret.FromKeyFile(File.ReadAllBytes(SecretFile(name, "key-file"))),
        "passphrase" => RepositorySecret.FromPassphrase(File.ReadAllText(SecretFile(name, "passphrase")).TrimEnd('\n')),
        _ => null,
    };
}
