using System.Text;
using System.Text.Json.Nodes;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Tests.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Encryption;

/// <summary>Slots come and go; one that works always stays.</summary>
public sealed class KeySlotTests : IDisposable
{
    private const int ChunkSize = 4096;

    private static readonly KeySlotOptions Cheap = new() { Label = "added", Cost = TestKeys.Cheap };

    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();
    private readonly TestVolume _volume = TestVolume.Mixed(ChunkSize, 20, seed: 1);
    private readonly RepositorySecret _file = TestKeys.File();
    private readonly RepositorySecret _passphrase = TestKeys.Passphrase();

    public KeySlotTests() => Repository.Create(Path, TestKeys.Options(ChunkSize, _file)).Dispose();

    private string Path => _directory.Sub("repository");

    public void Dispose()
    {
        _file.Dispose();
        _passphrase.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Each_of_several_slots_opens_the_same_backups()
    {
        using var second = TestKeys.File(2);
        using (var repository = Repository.Open(Path, _file))
        {
            var config = await File.ReadAllBytesAsync(Path + "/config", TestContext.Current.CancellationToken);
            await _volume.BackUpAsync(repository, "one");
            repository.KeyRing.Add(_passphrase, Cheap);
            repository.KeyRing.Add(second, Cheap);
            Assert.Equal(
                config, await File.ReadAllBytesAsync(Path + "/config", TestContext.Current.CancellationToken));
        }

        foreach (var secret in new[] { _file, _passphrase, second })
        {
            using var repository = Repository.Open(Path, secret);
            await _volume.AssertRestoresAsync(repository, "one");
            var slots = repository.KeyRing.List();
            Assert.Equal(3, slots.Count);
            Assert.Equal(secret.Kind, Assert.Single(slots, slot => slot.IsInUse).Kind);
            Assert.Equal(secret.Kind == KeySlotKind.Passphrase, slots.Single(slot => slot.IsInUse).Cost is not null);
        }
    }

    [Fact]
    public void A_passphrase_is_changed_by_adding_one_and_removing_the_other()
    {
        using var changed = TestKeys.Passphrase("battery staple");
        string old;
        using (var repository = Repository.Open(Path, _file))
        {
            old = repository.KeyRing.Add(_passphrase, Cheap);
        }

        using (var repository = Repository.Open(Path, _passphrase))
        {
            repository.KeyRing.Add(changed, Cheap);
        }

        using (var repository = Repository.Open(Path, changed))
        {
            repository.KeyRing.Remove(old);
        }

        Assert.Throws<RepositoryKeyException>(() => Repository.Open(Path, _passphrase));
        Repository.Open(Path, changed).Dispose();
        Repository.Open(Path, _file).Dispose();
        Assert.Empty(Directory.GetFiles(Path + "/keys", "*.removing"));
    }

    [Fact]
    public void The_slot_that_was_opened_is_not_removed_and_so_never_the_last_one()
    {
        using var repository = Repository.Open(Path, _file);
        var only = Assert.Single(repository.KeyRing.List()).Id;
        var error = Assert.Throws<RepositoryKeyException>(() => repository.KeyRing.Remove(only));
        Assert.Contains("so that a key that works stays", error.Message, StringComparison.Ordinal);
        Assert.Throws<RepositoryKeyException>(() => repository.KeyRing.Remove(new string('0', 32)));
        Assert.Throws<RepositoryKeyException>(() => repository.KeyRing.Remove("../config"));
        Assert.Single(repository.KeyRing.List());
    }

    [Fact]
    public async Task Two_that_remove_each_others_slot_at_the_same_time_leave_one()
    {
        for (var round = 0; round < 100; round++)
        {
            using var directory = TemporaryDirectory.InMemory();
            var path = directory.Sub("repository");
            using var one = Repository.Create(path, TestKeys.Options(ChunkSize, _file));
            one.KeyRing.Add(_passphrase, Cheap);
            using var two = Repository.Open(path, _passphrase);
            var slots = one.KeyRing.List();
            await Task.WhenAll(
                Task.Run(() => Record.Exception(() => one.KeyRing.Remove(slots.Single(slot => !slot.IsInUse).Id))),
                Task.Run(() => Record.Exception(() => two.KeyRing.Remove(slots.Single(slot => slot.IsInUse).Id))));
            Assert.NotEmpty(one.KeyRing.List());
        }
    }

    [Fact]
    public void A_slot_of_which_anything_was_changed_opens_no_more_and_the_others_do()
    {
        using (var repository = Repository.Open(Path, _file))
        {
            repository.KeyRing.Add(_passphrase, Cheap);
        }

        var slot = Directory.GetFiles(Path + "/keys").Order(StringComparer.Ordinal).Last();
        var good = File.ReadAllText(slot);
        (string Field, JsonNode Value)[] changes =
        [
            ("label", "other"), ("memory_kib", 9), ("passes", 2), ("salt", new string('1', 32)),
            ("kind", "key-file"), ("derivation", "blake3"), ("wrapped_key", new string('1', 96)),
            ("wrapped_key", "11"), ("memory_kib", int.MaxValue), ("passes", -1), ("repository_id", Guid.NewGuid()),
            ("slot_id", new string('1', 32)), ("format_version", 2), ("minimum_reader_version", 2),
        ];
        foreach (var (field, value) in changes)
        {
            var json = JsonNode.Parse(good)!;
            json[field] = value.DeepClone();
            File.WriteAllText(slot, json.ToJsonString());
            Assert.Throws<RepositoryKeyException>(() => Repository.Open(Path, _passphrase));
            Repository.Open(Path, _file).Dispose();
        }

        var saltless = good.Replace("\"salt\"", "\"x\"", StringComparison.Ordinal);
        foreach (var nonsense in new[] { "", "{", "null", "[1]", good[..^20], saltless })
        {
            File.WriteAllText(slot, nonsense);
            Assert.Throws<RepositoryKeyException>(() => Repository.Open(Path, _passphrase));
            Repository.Open(Path, _file).Dispose();
        }

        File.WriteAllText(slot, good);
        Repository.Open(Path, _passphrase).Dispose();
    }

    [Fact]
    public void Secrets_and_slots_have_their_bounds()
    {
        Assert.Throws<RepositoryKeyException>(() => RepositorySecret.FromPassphrase(""));
        Assert.Throws<RepositoryKeyException>(() => RepositorySecret.FromPassphrase(new string('x', 1025)));
        Assert.Throws<RepositoryKeyException>(() => RepositorySecret.FromKeyFile(new byte[31]));
        Assert.Throws<RepositoryKeyException>(() => RepositorySecret.FromKeyFile(new byte[65_537]));
        using var repository = Repository.Open(Path, _file);
        var costly = new KeySlotOptions { Cost = new Argon2Cost(Argon2Cost.MaximumMemoryKiB + 1, 1) };
        Assert.Throws<RepositoryKeyException>(() => repository.KeyRing.Add(_passphrase, costly));
        var spoofing = new KeySlotOptions { Label = "a\nb" };
        Assert.Throws<RepositoryKeyException>(() => repository.KeyRing.Add(_file, spoofing));
        for (var i = 1; i < KeyStore.MaximumSlots; i++)
        {
            repository.KeyRing.Add(_file, Cheap);
        }

        Assert.Throws<RepositoryKeyException>(() => repository.KeyRing.Add(_file, Cheap));
    }

    [Fact]
    public async Task The_master_key_and_the_passphrase_are_in_no_file()
    {
        using (var repository = Repository.Open(Path, _file))
        {
            await _volume.BackUpAsync(repository, "one");
            repository.KeyRing.Add(_passphrase, Cheap);
            repository.KeyRing.Rotate();
            await _volume.BackUpAsync(repository, "two");
        }

        foreach (var secret in KeyMaterial())
        {
            byte[][] forms =
            [
                secret,
                Encoding.ASCII.GetBytes(Convert.ToHexStringLower(secret)),
                Encoding.ASCII.GetBytes(Convert.ToBase64String(secret)),
            ];
            foreach (var file in Directory.GetFiles(Path, "*", SearchOption.AllDirectories))
            {
                var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
                Assert.All(forms, form => Assert.Equal(-1, bytes.AsSpan().IndexOf(form)));
            }
        }
    }

    [Fact]
    public void Nothing_that_holds_a_secret_says_it()
    {
        using var repository = Repository.Open(Path, _file);
        using var master = MasterKey.Create();
        using var secret = SecretBytes.Random(32);
        object[] holders = [_file, _passphrase, master, secret, new UnlockedKey(master, "slot")];
        var allowed = @"^\(|UnlockedKey \{ Master = \(master key\)";
        Assert.All(holders, holder => Assert.Matches(allowed, holder.ToString()!));
        var options = new RepositoryOptions { Secret = _passphrase };
        Assert.DoesNotContain("correct horse", options.ToString(), StringComparison.Ordinal);
    }

    private List<byte[]> KeyMaterial()
    {
        using var backend = new LocalDirectoryBackend(Path);
        using var repository = Repository.Open(Path, _file);
        var ids = new SortableId(TimeProvider.System);
        var store = new KeyStore(backend, repository.Id, ids, TimeProvider.System);
        using var master = store.Unlock(_file).Master;
        using var data = master.DataKey(1);
        return [[.. master.Bytes], master.IdKey(), [.. data.Bytes], [.. _file.Bytes], [.. _passphrase.Bytes]];
    }
}
