using BackupEngine.Chunkstore.Collection;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Tests.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Collecting;

/// <summary>What a collection deletes, and what it leaves, beside whoever is at work.</summary>
public sealed class CollectionTests : IDisposable
{
    private static readonly CollectOptions Impatient = new() { FenceAfter = TimeSpan.Zero };

    private readonly CollectedRepository _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Space_of_deleted_backups_comes_back_and_the_others_restore()
    {
        await _store.BackUpAsync("one", CollectedRepository.Random(200, seed: 1));
        await _store.BackUpAsync("two", CollectedRepository.Random(200, seed: 2));
        await _store.BackUpAsync("three", CollectedRepository.Random(200, seed: 3));
        var before = _store.Packs.Count;
        _store.Delete("one");
        _store.Delete("three");

        var report = await _store.CollectAsync();
        Assert.Equal(before - report.DeletedPacks, _store.Packs.Count);
        Assert.InRange(_store.Packs.Count, before / 4, before / 2);
        Assert.InRange(report.DeletedBytes, 390 * CollectedRepository.ChunkSize, long.MaxValue);
        await _store.AssertIntactAsync();

        var again = await _store.CollectAsync();
        Assert.Equal(0, again.DeletedPacks);
        _store.Delete("two");
        await _store.CollectAsync();
        Assert.Empty(_store.Packs);
        Assert.Empty(_store.Files("index"));
        Assert.Empty(_store.Files("tmp"));
        Assert.Empty(_store.Files("sessions"));
    }

    [Fact]
    public async Task A_dry_run_changes_nothing_and_says_what_would_go()
    {
        await _store.BackUpAsync("one", CollectedRepository.Random(100, seed: 1));
        _store.Delete("one");
        var before = Directory.EnumerateFiles(_store.Path, "*", SearchOption.AllDirectories).Order().ToList();

        var dry = await _store.CollectAsync(new CollectOptions { DryRun = true });
        Assert.Equal(before, Directory.EnumerateFiles(_store.Path, "*", SearchOption.AllDirectories).Order());
        Assert.True(dry.DryRun);
        var real = await _store.CollectAsync();
        Assert.Equal((dry.DeletedPacks, dry.DeletedBytes), (real.DeletedPacks, real.DeletedBytes));
    }

    [Theory]
    [InlineData(50, true)]
    [InlineData(0, false)]
    public async Task Partly_dead_packs_are_copied_forward_below_the_threshold(int threshold, bool copies)
    {
        var all = CollectedRepository.Random(240, seed: 1);
        await _store.BackUpAsync("all", all);
        var kept = all.Bytes.Chunk(CollectedRepository.ChunkSize).Where((_, i) => i % 5 == 0);
        var some = new TestVolume(CollectedRepository.ChunkSize, [.. kept.SelectMany(chunk => chunk)]);
        await _store.BackUpAsync("some", some);
        _store.Delete("all");

        var report = await _store.CollectAsync(new CollectOptions { ThresholdPercent = threshold });
        Assert.Equal(copies ? 48 : 0, report.CopiedRecords);
        Assert.Equal(copies, _store.Packs.Sum(pack => new FileInfo(pack).Length) < 100 * CollectedRepository.ChunkSize);
        await _store.AssertIntactAsync();
    }

    [Fact]
    public async Task Packs_that_no_segment_names_go()
    {
        await _store.BackUpAsync("one", CollectedRepository.Random(50, seed: 1));
        foreach (var segment in _store.Files("index").ToList())
        {
            File.Delete(segment);
        }

        _store.Delete("one");
        await _store.CollectAsync();
        Assert.Empty(_store.Packs);
    }

    [Fact]
    public async Task What_a_running_backup_relies_on_stays()
    {
        var volume = CollectedRepository.Random(100, seed: 1);
        await _store.BackUpAsync("old", volume);
        await using (var writer = _store.Repository.BeginBackup(volume.Options("new")))
        {
            await StoreAllAsync(writer, volume);
            _store.Delete("old");
            using var other = _store.OpenAgain();
            var report = await other.CollectAsync(new CollectOptions(), progress: null, CancellationToken.None);
            Assert.InRange(report.RescuedPacks, 1, 100);
            Assert.Equal(1, report.WaitedForSessions);
            await volume.BackUpAsync(_store.Repository, writer);
            _store.Expect("new", volume);
        }

        await _store.AssertIntactAsync();
    }

    [Fact]
    public async Task What_is_condemned_is_stored_again()
    {
        var volume = CollectedRepository.Random(100, seed: 1);
        await _store.BackUpAsync("old", volume);
        await using (var writer = _store.Repository.BeginBackup(volume.Options("new")))
        {
            _store.Delete("old");
            using var other = _store.OpenAgain();
            var report = await other.CollectAsync(new CollectOptions(), progress: null, CancellationToken.None);
            Assert.InRange(report.DeletedPacks, 3, 9);
            await volume.BackUpAsync(_store.Repository, writer);
            _store.Expect("new", volume);
        }

        await _store.AssertIntactAsync();
    }

    [Fact]
    public async Task A_backup_that_was_ended_publishes_nothing()
    {
        var volume = CollectedRepository.Random(100, seed: 1);
        await _store.BackUpAsync("old", volume);
        _store.Delete("old");
        using var silent = _store.OpenSilent();
        await using (var writer = silent.BeginBackup(volume.Options("new")))
        {
            await StoreAllAsync(writer, volume);
            var report = await _store.CollectAsync(Impatient);
            Assert.Equal(1, report.FencedSessions);
            Assert.InRange(report.DeletedPacks, 3, 9);
            Assert.Single(report.Warnings);
            await Assert.ThrowsAsync<RepositoryException>(() => volume.BackUpAsync(silent, writer));
        }

        Assert.Empty(_store.Repository.ListManifests());
    }

    [Fact]
    public async Task A_deleted_parent_stays_while_a_backup_builds_on_it()
    {
        var volume = CollectedRepository.Random(300, seed: 1);
        await _store.BackUpAsync("parent", volume);
        var parent = _store.Repository.GetManifest(BackupId.Parse("parent"));
        await using (var writer = _store.Repository.BeginBackup(volume.Options("child", parent)))
        {
            _store.Delete("parent");
            using var other = _store.OpenAgain();
            var report = await other.CollectAsync(new CollectOptions(), progress: null, CancellationToken.None);
            Assert.Equal(0, report.DeletedPacks);

            // Nothing is set: everything is inherited, and nothing was looked up.
            await writer.CommitAsync(new SourceCounters(0, 0, 0), CancellationToken.None);
            _store.Expect("child", volume);
        }

        await _store.CollectAsync();
        await _store.AssertIntactAsync();
    }

    [Fact]
    public async Task What_is_read_stays_until_the_reader_has_ended()
    {
        var volume = CollectedRepository.Random(100, seed: 1);
        await _store.BackUpAsync("one", volume);
        var manifest = _store.Repository.GetManifest(BackupId.Parse("one"));
        using (var reading = _store.Repository.BeginRead(manifest))
        {
            Assert.Empty(reading.Warning);
            _store.Delete("one");
            Assert.Equal(0, (await _store.CollectAsync()).DeletedPacks);
            var restored = await TestVolume.RestoreAsync(_store.Repository, manifest);
            Assert.True(restored.AsSpan().SequenceEqual(volume.Bytes));
        }

        Assert.Throws<BackupNotFoundException>(() => _store.Repository.BeginRead(manifest));
        await _store.CollectAsync();
        Assert.Empty(_store.Packs);
    }

    private async Task StoreAllAsync(BackupWriter writer, TestVolume volume)
    {
        foreach (var chunk in volume.Bytes.Chunk(CollectedRepository.ChunkSize))
        {
            await writer.StoreAsync(_store.Repository.ChunkHasher.Hash(chunk), chunk, CancellationToken.None);
        }
    }
}
