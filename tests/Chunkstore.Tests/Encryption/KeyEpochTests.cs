using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Tests.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Encryption;

/// <summary>A new epoch of the data key is for new packs; what is there stays readable and is not rewritten.</summary>
public sealed class KeyEpochTests : IDisposable
{
    private const int ChunkSize = 4096;

    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();
    private readonly RepositorySecret _key = TestKeys.File();

    private string Path => _directory.Sub("repository");

    public void Dispose()
    {
        _key.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Old_backups_stay_readable_and_new_packs_have_the_new_epoch()
    {
        var volume = TestVolume.Mixed(ChunkSize, 100, seed: 1);
        var before = volume.Bytes.ToArray();
        using (var repository = Repository.Create(Path, TestKeys.Options(ChunkSize, _key)))
        {
            var parent = await volume.BackUpAsync(repository, "one");
            var old = Packs().ToDictionary(pack => pack, File.GetLastWriteTimeUtc);
            Assert.All(old.Keys, pack => Assert.Equal(1u, EpochOf(pack)));
            Assert.Equal(2, repository.KeyRing.Rotate());
            volume.Change(3, 77);
            await volume.BackUpAsync(repository, "two", parent);
            Assert.All(Packs().Except(old.Keys), pack => Assert.Equal(2u, EpochOf(pack)));
            Assert.NotEmpty(Packs().Except(old.Keys));
            Assert.All(old, pack => Assert.Equal(pack.Value, File.GetLastWriteTimeUtc(pack.Key)));
        }

        using var opened = Repository.Open(Path, _key);
        Assert.Equal(2, opened.KeyRing.CurrentEpoch);
        await volume.AssertRestoresAsync(opened, "two");
        await new TestVolume(ChunkSize, before).AssertRestoresAsync(opened, "one");
    }

    [Fact]
    public async Task A_repository_that_is_open_writes_under_the_epoch_that_another_process_began()
    {
        using var repository = Repository.Create(Path, TestKeys.Options(ChunkSize, _key));
        using (var other = Repository.Open(Path, _key))
        {
            other.KeyRing.Rotate();
        }

        await TestVolume.Mixed(ChunkSize, 10, seed: 1).BackUpAsync(repository, "one");
        Assert.All(Packs(), pack => Assert.Equal(2u, EpochOf(pack)));
    }

    [Fact]
    public void An_epoch_that_the_master_key_does_not_vouch_for_counts_for_nothing()
    {
        using var repository = Repository.Create(Path, TestKeys.Options(ChunkSize, _key));
        repository.KeyRing.Rotate();
        var name = Path + "/keys/epoch-0000000002";
        var forged = File.ReadAllText(name).Replace("\"epoch\": 2", "\"epoch\": 4000000000", StringComparison.Ordinal);
        File.WriteAllText(Path + "/keys/epoch-4000000000", forged);
        File.WriteAllText(Path + "/keys/epoch-0000000009", "nonsense");
        Assert.Equal(2, repository.KeyRing.CurrentEpoch);
        Assert.Equal(3, repository.KeyRing.Rotate());
    }

    private static uint EpochOf(string pack) => PackHeader.Read(File.ReadAllBytes(pack), pack).KeyEpoch;

    private string[] Packs() => Directory.GetFiles(Path + "/packs", "*", SearchOption.AllDirectories);
}
