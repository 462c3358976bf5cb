using BackupEngine.Chunkstore.Collection;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Tests.Repositories;
using BackupEngine.Chunkstore.Verification;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Encryption;

/// <summary>An encrypted repository as a whole: opened by its keys and by nothing else.</summary>
public sealed class EncryptedRepositoryTests : IDisposable
{
    private const int ChunkSize = 4096;

    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();
    private readonly TestVolume _volume = TestVolume.Mixed(ChunkSize, 300, seed: 1);

    private string Path => _directory.Sub("repository");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_is_backed_up_is_restored_with_the_key_file()
    {
        using var key = TestKeys.File();
        using (var made = Repository.Create(Path, TestKeys.Options(ChunkSize, key)))
        {
            var parent = await _volume.BackUpAsync(made, "one");
            _volume.Change(5, 99);
            await _volume.BackUpAsync(made, "two", parent);
        }

        using var opened = Repository.Open(Path, key);
        Assert.True(opened.IsEncrypted);
        await _volume.AssertRestoresAsync(opened, "two");
        Assert.Equal("token of two", opened.GetManifest(BackupId.Parse("two")).BaseToken);
    }

    [Fact]
    public async Task Another_key_or_none_opens_nothing_and_changes_nothing()
    {
        using var key = TestKeys.File();
        using (var made = Repository.Create(Path, TestKeys.Options(ChunkSize, key)))
        {
            await _volume.BackUpAsync(made, "one");
        }

        var before = Contents();
        using var otherFile = TestKeys.File(2);
        using var passphrase = TestKeys.Passphrase();
        var wrong = Assert.Throws<RepositoryKeyException>(() => Repository.Open(Path, otherFile));
        Assert.Contains("key file opens no key slot", wrong.Message, StringComparison.Ordinal);
        Assert.Throws<RepositoryKeyException>(() => Repository.Open(Path, passphrase));
        Assert.Contains(
            "is encrypted and no key was given",
            Assert.Throws<RepositoryKeyException>(() => Repository.Open(Path)).Message,
            StringComparison.Ordinal);
        Assert.Equal(before, Contents());
    }

    [Fact]
    public void A_key_for_a_repository_that_is_not_encrypted_is_refused()
    {
        using var key = TestKeys.File();
        Repository.Create(Path, TestKeys.Options(ChunkSize, secret: null)).Dispose();
        var error = Assert.Throws<RepositoryKeyException>(() => Repository.Open(Path, key));
        Assert.Contains("is not encrypted, but a key was given", error.Message, StringComparison.Ordinal);
        using var repository = Repository.Open(Path);
        Assert.Throws<RepositoryKeyException>(() => repository.KeyRing.List());
    }

    [Fact]
    public async Task Without_the_key_nothing_is_read_or_written_but_what_needs_none()
    {
        using var key = TestKeys.File();
        using (var made = Repository.Create(Path, TestKeys.Options(ChunkSize, key)))
        {
            await _volume.BackUpAsync(made, "one");
        }

        using var locked = Repository.OpenWithoutKey(Path);
        Assert.True(locked.IsLocked);
        Assert.Single(locked.KeyRing.List());
        Action[] refused =
        [
            () => locked.ListManifests(),
            () => locked.BeginBackup(_volume.Options("two")),
            () => locked.DeleteBackup(BackupId.Parse("one")),
            () => _ = locked.ChunkHasher,
            () => locked.KeyRing.Rotate(),
            () => locked.KeyRing.Add(key, new KeySlotOptions()),
        ];
        Assert.All(refused, action => Assert.Throws<RepositoryKeyException>(action));
        using var opened = Repository.Open(Path, key);
        await _volume.AssertRestoresAsync(opened, "one");
    }

    [Fact]
    public async Task Stored_files_hold_nothing_of_the_volume_nor_of_its_names()
    {
        using var key = TestKeys.Passphrase();
        using (var made = Repository.Create(Path, TestKeys.Options(ChunkSize, key)))
        {
            await _volume.BackUpAsync(made, "one");
        }

        foreach (var (name, text) in Contents())
        {
            Assert.DoesNotContain(Hex("quick brown"u8), text, StringComparison.Ordinal);
            Assert.DoesNotContain(Hex("token of one"u8), text, StringComparison.Ordinal);
            Assert.DoesNotContain(Hex("volume"u8), text, StringComparison.Ordinal);
            Assert.DoesNotContain(Hex("correct horse"u8), text, StringComparison.Ordinal);
            Assert.NotEmpty(name);
        }
    }

    [Fact]
    public async Task Collection_needs_the_key_and_copies_forward_what_is_still_encrypted()
    {
        using var key = TestKeys.File();
        using var repository = Repository.Create(Path, TestKeys.Options(ChunkSize, key));
        await _volume.BackUpAsync(repository, "one");
        for (var chunk = 0; chunk < 300; chunk += 3)
        {
            _volume.Change(chunk, chunk + 1000);
        }

        await _volume.BackUpAsync(repository, "two");
        repository.DeleteBackup(BackupId.Parse("one"));
        using (var locked = Repository.OpenWithoutKey(Path))
        {
            await Assert.ThrowsAsync<RepositoryKeyException>(
                () => locked.CollectAsync(new CollectOptions(), null, CancellationToken.None));
        }

        repository.KeyRing.Rotate();
        var before = Directory.GetFiles(Path + "/packs", "*", SearchOption.AllDirectories);
        await repository.CollectAsync(new CollectOptions { ThresholdPercent = 100 }, null, CancellationToken.None);
        var after = Directory.GetFiles(Path + "/packs", "*", SearchOption.AllDirectories);
        Assert.NotEmpty(after.Except(before));
        Assert.NotEmpty(before.Except(after));
        using var opened = Repository.Open(Path, key);
        await _volume.AssertRestoresAsync(opened, "two");
    }

    [Theory]
    [InlineData("manifests")]
    [InlineData("packs")]
    public async Task Damage_is_found_without_the_key(string place)
    {
        using var key = TestKeys.File();
        using (var made = Repository.Create(Path, TestKeys.Options(ChunkSize, key)))
        {
            await _volume.BackUpAsync(made, "one");
        }

        Assert.True(await IsCleanWithoutKeyAsync());
        foreach (var file in Directory.GetFiles(Path + "/" + place, "*", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            foreach (var offset in new[] { 8, 40, 100, bytes.Length / 2, bytes.Length - 1 })
            {
                bytes[offset] ^= 1;
                await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
                Assert.False(await IsCleanWithoutKeyAsync(), $"byte {offset} of {file}");
                bytes[offset] ^= 1;
            }

            await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        }
    }

    private async Task<bool> IsCleanWithoutKeyAsync()
    {
        using var locked = Repository.OpenWithoutKey(Path);
        var options = new VerifyOptions { Level = VerifyLevel.Packs };
        var report = await locked.VerifyAsync(options, progress: null, TestContext.Current.CancellationToken);
        Directory.Delete(Path + "/quarantine", recursive: true);
        Directory.CreateDirectory(Path + "/quarantine");
        return report.Faults.Count == 0;
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes);

    private Dictionary<string, string> Contents() =>
        Directory.GetFiles(Path, "*", SearchOption.AllDirectories)
            .ToDictionary(file => file, file => Hex(File.ReadAllBytes(file)));
}
