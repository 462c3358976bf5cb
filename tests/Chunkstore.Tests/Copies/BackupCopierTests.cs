using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Copies;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Tests.Backends;
using BackupEngine.Chunkstore.Tests.Repositories;
using CsCheck;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Copies;

/// <summary>Copies between repositories that share ids and between such as do not.</summary>
public sealed class BackupCopierTests : IDisposable
{
    private const int ChunkSize = 4096;
    private const int Chunks = 1000;

    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_copy_is_the_same_backup_and_an_incremental_sends_what_changed(bool sharesIds)
    {
        using var source = Create("source");
        using var destination = Create("destination", sharesIds ? source : null);
        var volume = TestVolume.Mixed(ChunkSize, Chunks, seed: 1);
        var first = await volume.BackUpAsync(source, "first");
        var before = (byte[])volume.Bytes.Clone();
        volume.Change(3, 1);
        volume.Change(4, 2);
        volume.Change(700, 3);
        var second = await volume.BackUpAsync(source, "second", first);

        var full = await CopyAsync(source, destination, first);
        Assert.Equal(first.Statistics.ChunksNew, full.ChunksSent);
        Assert.Equal(first.Statistics.BytesNew, full.BytesSent);
        Assert.Null(full.BaseId);
        var increment = await CopyAsync(source, destination, second);
        Assert.Equal(first.BackupId, increment.BaseId);
        Assert.Equal(3, increment.ChunksSent);
        Assert.Equal(3, increment.ChunksRead);
        Assert.Equal(3 * ChunkSize, increment.BytesSent);
        Assert.Equal(2 * TreeShape.FanOut, increment.ChunksExamined);
        Assert.InRange(increment.MetadataBytes, 1, full.MetadataBytes / 4);

        AssertSame(second, destination.GetManifest(second.BackupId));
        await volume.AssertRestoresAsync(destination, "second");
        var restored = await TestVolume.RestoreAsync(destination, destination.GetManifest(first.BackupId));
        Assert.True(before.AsSpan().SequenceEqual(restored));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_backup_that_is_there_is_not_sent_again_and_another_of_its_id_is_refused(bool sharesIds)
    {
        using var source = Create("source");
        using var destination = Create("destination", sharesIds ? source : null);
        var volume = TestVolume.Mixed(ChunkSize, 100, seed: 2);
        var first = await volume.BackUpAsync(source, "first");
        await CopyAsync(source, destination, first);
        var again = await CopyAsync(source, destination, first);
        Assert.True(again.WasThere);
        Assert.Equal(sharesIds, again.ContentCompared);
        Assert.Equal(0, again.ChunksExamined);
        var other = await volume.BackUpAsync(source, "other");
        await volume.BackUpAsync(destination, "other");
        await Assert.ThrowsAsync<BackupExistsException>(() => CopyAsync(source, destination, other));
    }

    [Fact]
    public async Task What_an_interrupted_copy_sent_is_not_read_again_where_ids_are_shared()
    {
        using var source = Create("source");
        using var destination = Create("destination", source);
        var volume = TestVolume.Mixed(ChunkSize, Chunks, seed: 3);
        var first = await volume.BackUpAsync(source, "first");
        var second = await volume.BackUpAsync(source, "second");
        await CopyAsync(source, destination, second);
        destination.DeleteBackup(second.BackupId);
        var again = await CopyAsync(source, destination, first);
        Assert.Equal(0, again.ChunksRead);
        Assert.Equal(0, again.ChunksSent);
        Assert.True(again.ChunksExamined >= Chunks - 1);
        await volume.AssertRestoresAsync(destination, "first");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_copy_that_was_interrupted_goes_on_from_its_last_checkpoint(bool sharesIds)
    {
        using var source = Create("source");
        var volume = TestVolume.Mixed(ChunkSize, Chunks, seed: 5);
        var first = await volume.BackUpAsync(source, "first");
        Create("destination", sharesIds ? source : null).Dispose();
        var files = new FaultyFileSystem(new LinuxFileSystem()) { FailingCall = 100, FailsForGood = true };
        var backend = new LocalDirectoryBackend(_directory.Sub("destination"), files);
        using (var failing = Repository.Open(backend, TimeProvider.System))
        {
            var copier = new BackupCopier(source, failing) { CheckpointBytes = 64 * 1024 };
            await Assert.ThrowsAnyAsync<RepositoryException>(() => copier.CopyAsync(first, CancellationToken.None));
        }

        using var destination = Repository.Open(_directory.Sub("destination"));
        Assert.Empty(destination.ListManifests());
        var again = await CopyAsync(source, destination, first);
        Assert.InRange(again.ChunksSent, 1, first.Statistics.ChunksNew - 20);
        await volume.AssertRestoresAsync(destination, "first");
    }

    [Fact]
    public async Task Damage_in_the_source_is_found_and_nothing_is_published()
    {
        using var source = Create("source");
        using var destination = Create("destination");
        var volume = TestVolume.Mixed(ChunkSize, 100, seed: 4);
        var first = await volume.BackUpAsync(source, "first");
        foreach (var pack in Directory.EnumerateFiles(_directory.Sub("source/packs"), "*", SearchOption.AllDirectories))
        {
            var bytes = File.ReadAllBytes(pack);
            bytes[bytes.Length / 2] ^= 1;
            File.WriteAllBytes(pack, bytes);
        }

        await Assert.ThrowsAsync<CorruptDataException>(() => CopyAsync(source, destination, first));
        Assert.Empty(destination.ListManifests());
        Assert.Empty(destination.ListSessions());
    }

    [Fact]
    public void Other_chunk_sizes_and_the_same_repository_are_refused()
    {
        using var source = Create("source");
        using var other = Repository.Create(
            _directory.Sub("other"), new RepositoryOptions { ChunkSizeBytes = 2 * ChunkSize });
        using var same = Repository.Open(_directory.Sub("source"));
        Assert.Throws<RepositoryException>(() => new BackupCopier(source, other));
        Assert.Throws<RepositoryException>(() => new BackupCopier(source, same));
        Assert.Throws<RepositoryFormatException>(() => Repository.Create(
            _directory.Sub("like"), new RepositoryOptions { ChunkSizeBytes = 2 * ChunkSize, Like = source }));
    }

    [Fact]
    public void Any_history_is_copied_in_any_order_byte_for_byte() => Gen.Select(
            Gen.Select(Gen.Int[1, 900], Gen.Int[0, 1_000_000], Gen.Bool, Gen.Bool).Array[1, 5],
            Gen.Bool,
            Gen.Int[0, 99])
        .Sample((steps, sharesIds, order) => CopyHistoryAsync(steps, sharesIds, order).Wait(), iter: 15, threads: 1);

    /// <summary>Backups of a volume that grows, shrinks and changes, the copies in an order of their own.</summary>
    private static async Task CopyHistoryAsync(
        (int Chunks, int Seed, bool Incremental, bool Fresh)[] steps, bool sharesIds, int order)
    {
        using var directory = TemporaryDirectory.InMemory();
        using var source = Create(directory, "source");
        using var destination = Create(directory, "destination", sharesIds ? source : null);
        var backups = new List<(Manifest Manifest, TestVolume Volume)>();
        foreach (var (number, step) in steps.Index())
        {
            var bytes = TestVolume.Mixed(ChunkSize, step.Chunks, step.Fresh ? step.Seed : 1).Bytes;
            bytes[step.Seed % bytes.Length] ^= 1;
            var volume = new TestVolume(ChunkSize, bytes);
            var parent = step.Incremental && backups.Count > 0 ? backups[^1].Manifest : null;
            if (parent is not null && parent.Root.Shape != volume.Shape)
            {
                parent = null;
            }

            backups.Add((await volume.BackUpAsync(source, $"b{number}", parent), volume));
        }

        var copies = backups.ToArray();
        new Random(order).Shuffle(copies);
        foreach (var (manifest, volume) in copies)
        {
            await CopyAsync(source, destination, manifest);
            AssertSame(manifest, destination.GetManifest(manifest.BackupId));
            await volume.AssertRestoresAsync(destination, manifest.BackupId.Value);
        }
    }

    private static void AssertSame(Manifest original, Manifest copy)
    {
        Assert.Equal(original.VolumeId, copy.VolumeId);
        Assert.Equal(original.CreatedAt, copy.CreatedAt);
        Assert.Equal(original.ParentId, copy.ParentId);
        Assert.Equal(original.BaseToken, copy.BaseToken);
        Assert.Equal(original.Root.Shape, copy.Root.Shape);
        Assert.Equal(original.Statistics.BytesRead, copy.Statistics.BytesRead);
    }

    private static Task<CopyResult> CopyAsync(Repository source, Repository destination, Manifest backup) =>
        new BackupCopier(source, destination).CopyAsync(backup, CancellationToken.None);

    private static Repository Create(TemporaryDirectory directory, string name, Repository? like = null) =>
        Repository.Create(directory.Sub(name), new RepositoryOptions { ChunkSizeBytes = ChunkSize, Like = like });

    private Repository Create(string name, Repository? like = null) => Create(_directory, name, like);
}
