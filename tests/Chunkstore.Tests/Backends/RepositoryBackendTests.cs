using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Sessions;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Backends;

/// <summary>
/// What every place for a repository must do. A new one is tested by deriving from this and saying how it is made.
/// </summary>
public abstract class RepositoryBackendTests : IDisposable
{
    private static readonly SessionId Owner = new(7);
    private static readonly SessionId Other = new(8);

    private readonly List<IRepositoryBackend> _opened = [];

    public void Dispose()
    {
        _opened.ForEach(backend => backend.Dispose());
        Clean();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task What_was_published_is_read_back_whole_and_in_parts()
    {
        var backend = Make();
        var bytes = Bytes(3_000_000);
        var name = await PublishAsync(backend, "00000000000000000000000000000001", bytes);
        var again = Open();
        Assert.Equal(bytes.Length, again.FindLength(name));
        Assert.Equal(bytes, again.ReadAll(name, bytes.Length));
        var part = new byte[1000];
        Assert.Equal(1000, await again.ReadAsync(name, 1_234_567, part, TestContext.Current.CancellationToken));
        Assert.Equal(bytes.AsSpan(1_234_567, 1000).ToArray(), part);
        Assert.Equal(10, await again.ReadAsync(name, bytes.Length - 10, part, TestContext.Current.CancellationToken));
        Assert.Equal(0, await again.ReadAsync(name, bytes.Length + 10, part, TestContext.Current.CancellationToken));
        using var mapped = again.Map(name);
        Assert.Equal(bytes.Length, mapped.LengthBytes);
        Assert.True(mapped.Slice(5, 100_000).SequenceEqual(bytes.AsSpan(5, 100_000)));
        Assert.Throws<ArgumentOutOfRangeException>(() => mapped.Slice(bytes.Length - 1, 2).Length);
    }

    [Fact]
    public async Task A_file_has_no_name_before_it_is_published()
    {
        var backend = Make();
        var name = Pack("00000000000000000000000000000001");
        using (var writer = backend.Create(name, Owner))
        {
            await writer.WriteAsync(Bytes(10), TestContext.Current.CancellationToken);
            Assert.Null(backend.FindLength(name));
            Assert.Empty(backend.List(ObjectKind.Pack));
            Assert.Equal(Owner, Assert.Single(backend.ListTemporaryOwners()));
        }

        Assert.Empty(backend.ListTemporaryOwners());
        Assert.Null(backend.FindLength(name));
    }

    [Fact]
    public async Task A_name_that_is_taken_is_not_given_again()
    {
        var backend = Make();
        var name = await PublishAsync(backend, "00000000000000000000000000000001", Bytes(10));
        await Assert.ThrowsAsync<ObjectExistsException>(
            () => PublishAsync(Open(), "00000000000000000000000000000001", Bytes(20)));
        Assert.Throws<ObjectExistsException>(() => backend.PublishSmall(name, Bytes(20), Owner));
        Assert.Equal(Bytes(10), backend.ReadAll(name, 100));
        Assert.Empty(backend.ListTemporaryOwners());
    }

    [Fact]
    public async Task Of_many_who_publish_one_name_at_once_one_wins()
    {
        var backend = Make();
        var name = new ObjectName(ObjectKind.Manifest, "contested");
        var won = await Task.WhenAll(Enumerable.Range(1, 16).Select(i => Task.Run(() => TryPublish(i))));
        Assert.Equal(Bytes(Assert.Single(won, length => length > 0)), backend.ReadAll(name, 100));

        int TryPublish(int length)
        {
            try
            {
                backend.PublishSmall(name, Bytes(length), Owner);
                return length;
            }
            catch (ObjectExistsException)
            {
                return 0;
            }
        }
    }

    [Fact]
    public async Task A_listing_is_sorted_and_knows_lengths()
    {
        var backend = Make();
        const string First = "000000000000000000000000000000ff";
        const string Second = "00000000000000000000000000000102";
        await PublishAsync(backend, Second, Bytes(2));
        await PublishAsync(backend, First, Bytes(3));
        backend.PublishSmall(new ObjectName(ObjectKind.Index, "00000000000000000000000000000001"), Bytes(1), Owner);
        Assert.Equal([new ObjectInfo(First, 3), new ObjectInfo(Second, 2)], Open().List(ObjectKind.Pack));
    }

    [Fact]
    public async Task What_was_deleted_is_gone()
    {
        var backend = Make();
        var name = await PublishAsync(backend, "00000000000000000000000000000001", Bytes(10));
        Assert.Equal(10, await backend.ReadAsync(name, 0, new byte[10], TestContext.Current.CancellationToken));
        Assert.True(backend.Delete(name));
        Assert.False(backend.Delete(name));
        Assert.Null(backend.FindLength(name));
        await Assert.ThrowsAsync<ObjectMissingException>(
            () => backend.ReadAsync(name, 0, new byte[10], TestContext.Current.CancellationToken).AsTask());
        Assert.Throws<ObjectMissingException>(() => backend.ReadAll(name, 10));
        Assert.Throws<ObjectMissingException>(() => backend.Map(name));
    }

    [Fact]
    public void What_another_process_deleted_is_not_found()
    {
        var backend = Make();
        var other = Open();
        var name = new ObjectName(ObjectKind.Session, "one");
        backend.PublishSmall(name, Bytes(10), Owner);
        Assert.Equal(10, backend.FindLength(name));
        other.Delete(name);
        Assert.Null(backend.FindLength(name));
        other.PublishSmall(name, Bytes(20), Other);
        Assert.Equal(20, backend.FindLength(name));
    }

    /// <summary>Who deletes a file, and who gives it another name: one of them finds it.</summary>
    [Fact]
    public async Task A_file_is_renamed_or_deleted_and_replaces_nothing()
    {
        var backend = Make();
        var name = new ObjectName(ObjectKind.Session, "one");
        var newName = new ObjectName(ObjectKind.Session, "one.taking-back");
        for (var tries = 0; tries < 50; tries++)
        {
            backend.PublishSmall(name, Bytes(10), Owner);
            var renamed = Task.Run(() => backend.Rename(name, newName));
            var deleted = await Task.Run(() => Open().Delete(name));
            Assert.NotEqual(deleted, await renamed);
            Assert.Equal(await renamed, backend.Delete(newName));
        }

        Assert.False(backend.Rename(name, newName));
        backend.PublishSmall(name, Bytes(10), Owner);
        backend.PublishSmall(newName, Bytes(20), Other);
        Assert.Throws<ObjectExistsException>(() => backend.Rename(name, newName));
        Assert.Equal((10, 20), (backend.FindLength(name), backend.FindLength(newName)));
    }

    [Fact]
    public void Temporary_files_are_deleted_by_their_owner()
    {
        var backend = Make();
        var kept = backend.Create(Pack("00000000000000000000000000000001"), Owner);
        var lost = backend.Create(Pack("00000000000000000000000000000002"), Other);
        Assert.Equal(1, backend.DeleteTemporary(Other));
        Assert.Equal(Owner, Assert.Single(backend.ListTemporaryOwners()));
        lost.Dispose();
        kept.Dispose();
    }

    [Fact]
    public void A_small_file_that_is_too_long_is_not_read()
    {
        var backend = Make();
        var name = new ObjectName(ObjectKind.Manifest, "long");
        backend.PublishSmall(name, Bytes(100), Owner);
        Assert.Throws<CorruptDataException>(() => backend.ReadAll(name, 99));
    }

    [Fact]
    public void A_place_that_holds_something_is_not_initialized()
    {
        var backend = Make();
        backend.PublishSmall(ObjectName.Config, Bytes(10), Owner);
        Assert.ThrowsAny<RepositoryException>(() => Open().Initialize());
    }

    [Fact]
    public async Task More_files_are_read_at_once_than_are_kept_open()
    {
        var backend = Make();
        var names = Enumerable.Range(1, 200).Select(i => Pack($"{i:x32}")).ToArray();
        foreach (var name in names)
        {
            backend.PublishSmall(name, Bytes(name.GetHashCode() & 0xFFF), Owner);
        }

        await Parallel.ForEachAsync(names.Concat(names.Reverse()), async (name, token) =>
        {
            var buffer = new byte[0x1000];
            var read = await backend.ReadAsync(name, 0, buffer, token);
            Assert.Equal(Bytes(name.GetHashCode() & 0xFFF), buffer[..read]);
        });
    }

    /// <summary>A view of the one place of this test.</summary>
    private protected abstract IRepositoryBackend OpenBackend();

    /// <summary>Removes the place.</summary>
    protected abstract void Clean();

    private static ObjectName Pack(string name) => new(ObjectKind.Pack, name);

    private static byte[] Bytes(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)((i * 7) ^ (i >> 8)))];

    private static async Task<ObjectName> PublishAsync(IRepositoryBackend backend, string id, byte[] bytes)
    {
        var name = Pack(id);
        using var writer = backend.Create(name, Owner);
        await writer.WriteAsync(bytes.AsMemory(0, bytes.Length / 2), CancellationToken.None);
        await writer.WriteAsync(bytes.AsMemory(bytes.Length / 2), CancellationToken.None);
        await writer.PublishAsync(CancellationToken.None);
        backend.FlushNames([name]);
        return name;
    }

    private IRepositoryBackend Make()
    {
        var backend = Open();
        backend.Initialize();
        return backend;
    }

    private IRepositoryBackend Open()
    {
        var backend = OpenBackend();
        _opened.Add(backend);
        return backend;
    }
}
