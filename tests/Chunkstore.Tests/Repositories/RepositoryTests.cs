using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Repositories;

/// <summary>What a repository promises to the data plane.</summary>
public sealed class RepositoryTests : IDisposable
{
    private const int ChunkSize = 4096;

    private readonly TemporaryDirectory _directory = new();

    private string Path => _directory.Sub("repository");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(4096)]
    [InlineData(64 * 1024)]
    [InlineData(1024 * 1024)]
    public async Task A_volume_comes_back_byte_for_byte_after_the_repository_was_opened_again(int chunkSize)
    {
        var volume = TestVolume.Mixed(chunkSize, 4 * 1024 * 1024 / chunkSize, seed: 1);
        using (var repository = Create(chunkSize))
        {
            await volume.BackUpAsync(repository, "first");
        }

        using var reopened = Repository.Open(Path);
        await volume.AssertRestoresAsync(reopened, "first");
    }

    [Fact]
    public async Task An_incremental_is_whole_without_its_parent()
    {
        using var repository = Create();
        var volume = TestVolume.Mixed(ChunkSize, 1000, seed: 2);
        var first = await volume.BackUpAsync(repository, "first");
        volume.Change(3, 17);
        volume.Change(999, 18);
        var second = await volume.BackUpAsync(repository, "second", first);
        repository.DeleteBackup(first.BackupId);
        await volume.AssertRestoresAsync(repository, "second");
        Assert.Equal(2, second.Statistics.ChunksNew);
        Assert.Equal(first.BackupId, second.ParentId);
    }

    [Fact]
    public async Task A_manifest_says_what_was_stored()
    {
        using var repository = Create();
        var volume = TestVolume.Mixed(ChunkSize, 300, seed: 3);
        var committed = await volume.BackUpAsync(repository, "first");
        var read = Assert.Single(repository.ListManifests());
        Assert.Equal(committed, read);
        Assert.Equal("token of first", read.BaseToken);
        Assert.Equal(read, repository.FindLatest("volume"));
        Assert.Null(repository.FindLatest("another volume"));
        var statistics = repository.GetStatistics();
        var manifestBytes = new FileInfo(System.IO.Path.Combine(Path, "manifests", "first")).Length;
        Assert.Equal(
            statistics.DataPackBytes + statistics.MetadataPackBytes + statistics.IndexBytes + manifestBytes,
            read.Statistics.BytesStored + read.Statistics.MetadataBytes);
        Assert.Equal(0, statistics.Sessions);
    }

    [Fact]
    public async Task A_chunk_is_stored_once_whoever_brings_it_and_however_often()
    {
        using var repository = Create();
        var volume = TestVolume.Mixed(ChunkSize, 1, seed: 4);
        await using var writer = repository.BeginBackup(volume.Options("first"));
        var plain = volume.Bytes;
        var id = repository.ChunkHasher.Hash(plain);
        var stored = await Task.WhenAll(Enumerable.Range(0, 64).Select(
            _ => Task.Run(() => writer.StoreAsync(id, plain, TestContext.Current.CancellationToken).AsTask())));
        Assert.Single(stored, bytes => bytes > 0);
    }

    [Fact]
    public async Task A_backup_id_is_given_once()
    {
        using var repository = Create();
        var volume = TestVolume.Mixed(ChunkSize, 20, seed: 5);
        await using var late = repository.BeginBackup(volume.Options("taken"));
        await volume.BackUpAsync(repository, "taken");
        Assert.Throws<BackupExistsException>(() => repository.BeginBackup(volume.Options("taken")));
        await Assert.ThrowsAsync<BackupExistsException>(() => volume.BackUpAsync(repository, late));
        await volume.AssertRestoresAsync(repository, "taken");
    }

    [Fact]
    public async Task A_backup_that_is_not_committed_leaves_nothing_behind()
    {
        using var repository = Create();
        var volume = TestVolume.Mixed(ChunkSize, 200, seed: 6);
        await using (var writer = repository.BeginBackup(volume.Options("lost")))
        {
            var plain = volume.Bytes.AsMemory(0, ChunkSize);
            await writer.StoreAsync(
                repository.ChunkHasher.Hash(plain.Span), plain, TestContext.Current.CancellationToken);
            Assert.Equal(writer.SessionId, Assert.Single(repository.ListSessions()).Id);
        }

        Assert.Empty(repository.ListManifests());
        Assert.Empty(repository.ListSessions());
        var files = Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories);
        Assert.Equal("config", System.IO.Path.GetFileName(Assert.Single(files)));
    }

    [Fact]
    public async Task Checkpoints_on_the_way_change_nothing_but_the_number_of_segments()
    {
        using var repository = Create();
        var volume = TestVolume.Mixed(ChunkSize, 2000, seed: 7);
        var options = volume.Options("first") with { CheckpointBytes = 256 * 1024, CheckpointChunks = 100 };
        await using (var writer = repository.BeginBackup(options))
        {
            await volume.BackUpAsync(repository, writer);
        }

        Assert.True(repository.GetStatistics().IndexSegments > 3);
        await volume.AssertRestoresAsync(repository, "first");
        Assert.Equal(0, (await volume.BackUpAsync(repository, "second")).Statistics.BytesStored);
    }

    [Fact]
    public async Task What_a_checkpoint_made_durable_is_not_stored_again()
    {
        using var repository = Create();
        var volume = TestVolume.Mixed(ChunkSize, 400, seed: 8);
        var options = volume.Options("interrupted") with { CheckpointChunks = 50 };
        await using (var writer = repository.BeginBackup(options))
        {
            for (var chunk = 0; chunk < 400; chunk += 4)
            {
                var plain = volume.Bytes.AsMemory(chunk * ChunkSize, ChunkSize);
                await writer.StoreAsync(
                    repository.ChunkHasher.Hash(plain.Span), plain, TestContext.Current.CancellationToken);
            }
        }

        var again = await volume.BackUpAsync(repository, "again");
        Assert.True(again.Statistics.ChunksNew <= 202 - 50, $"{again.Statistics.ChunksNew} chunks were stored again");
        await volume.AssertRestoresAsync(repository, "again");
    }

    [Fact]
    public async Task What_another_process_published_is_found_by_many_readers_at_once()
    {
        using var writing = Create();
        using var reading = Repository.Open(Path);
        for (var round = 0; round < 20; round++)
        {
            var volume = TestVolume.Mixed(ChunkSize, 1, seed: 100 + round);
            await volume.BackUpAsync(writing, $"backup-{round}");
            var id = reading.ChunkHasher.Hash(volume.Bytes);
            using var start = new Barrier(8);
            await Task.WhenAll(Enumerable.Range(0, start.ParticipantCount).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait(TestContext.Current.CancellationToken);
                    var plain = new byte[volume.Bytes.Length];
                    return reading.Chunks.ReadAsync(id, plain, TestContext.Current.CancellationToken).AsTask();
                },
                TestContext.Current.CancellationToken,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default).Unwrap()));
        }
    }

    [Fact]
    public async Task A_session_that_another_process_ended_cannot_publish()
    {
        using var repository = Create();
        var volume = TestVolume.Mixed(ChunkSize, 10, seed: 7);
        await using var writer = repository.BeginBackup(volume.Options("first"));
        File.Delete(System.IO.Path.Combine(Path, "sessions", writer.SessionId.ToString()));
        await Assert.ThrowsAsync<RepositoryException>(() => volume.BackUpAsync(repository, writer));
        Assert.Empty(repository.ListManifests());
    }

    [Fact]
    public void Deleting_what_is_not_there_is_refused()
    {
        using var repository = Create();
        Assert.Throws<BackupNotFoundException>(() => repository.DeleteBackup(BackupId.Parse("none")));
        Assert.Throws<BackupNotFoundException>(() => repository.GetManifest(BackupId.Parse("none")));
    }

    [Fact]
    public async Task A_chunk_that_is_not_stored_is_an_error()
    {
        using var repository = Create();
        var id = repository.ChunkHasher.Hash([1, 2, 3]);
        Assert.False(repository.Chunks.Contains(id));
        await Assert.ThrowsAsync<CorruptDataException>(
            () => repository.Chunks.ReadAsync(id, new byte[3], TestContext.Current.CancellationToken).AsTask());
    }

    private Repository Create(int chunkSize = ChunkSize) =>
        Repository.Create(Path, new RepositoryOptions { ChunkSizeBytes = chunkSize });
}
