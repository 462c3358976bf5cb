using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Tests.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Marking;

public sealed class MarkerTests
{
    private const int Chunks = 600;

    private readonly Random _random = new(42);

    /// <summary>
    /// Chains of parents make patches that stand on nodes of backups that are deleted. What the mark calls dead is
    /// deleted, and all that is left restores.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_is_dead_is_needed_by_no_backup(int seed)
    {
        using var repository = new MarkedRepository();
        var contents = await HistoryAsync(repository, seed);
        var before = repository.Packs.Count;
        var marker = await repository.MarkAsync();
        foreach (var (pack, _) in marker.Liveness.Packs.Where(pack => pack.Value.IsDead))
        {
            repository.Delete(pack);
        }

        Assert.InRange(repository.Packs.Count, 1, before - 1);
        foreach (var (backup, bytes) in contents)
        {
            await new TestVolume(MarkedRepository.ChunkSizeBytes, bytes)
                .AssertRestoresAsync(repository.Repository, backup);
        }
    }

    [Fact]
    public async Task Live_bytes_are_those_of_the_records_that_are_needed()
    {
        using var repository = new MarkedRepository();
        await TestVolume.Mixed(MarkedRepository.ChunkSizeBytes, 40, seed: 1).BackUpAsync(repository.Repository, "a");
        var all = await repository.MarkAsync();
        Assert.All(all.Liveness.Packs.Values, pack => Assert.InRange(pack.LiveBytes, 1, pack.LengthBytes));
        Assert.Empty(all.Liveness.Orphans);
        var records = all.LiveRecordsIn(all.Liveness.Packs.Keys.ToHashSet()).ToList();
        Assert.Equal(all.Liveness.Packs.Values.Sum(pack => pack.LiveRecords), records.Count);
        Assert.Equal(
            all.Liveness.Packs.Values.Sum(pack => pack.LiveBytes), records.Sum(record => record.Location.RecordLength));

        var none = await repository.MarkAsync(roots: []);
        Assert.All(none.Liveness.Packs.Values, pack => Assert.True(pack.IsDead));
    }

    /// <summary>A place in a condemned pack counts where there is no other, and only there.</summary>
    [Fact]
    public async Task A_condemned_pack_is_live_only_where_it_is_the_only_place()
    {
        using var repository = new MarkedRepository();
        var volume = TestVolume.Mixed(MarkedRepository.ChunkSizeBytes, 40, seed: 1);
        await volume.BackUpAsync(repository.Repository, "a");
        var only = (await repository.MarkAsync()).Liveness.Packs.Keys.ToList();
        var condemned = await repository.MarkAsync(roots: null, only);
        Assert.All(only, pack => Assert.False(condemned.Liveness.Packs[pack].IsDead));
    }

    /// <summary>
    /// A segment that a stale session has published late names packs that are gone: their places are none.
    /// </summary>
    [Fact]
    public async Task A_pack_that_is_gone_is_no_place()
    {
        using var repository = new MarkedRepository();
        await TestVolume.Mixed(MarkedRepository.ChunkSizeBytes, 40, seed: 1).BackUpAsync(repository.Repository, "a");
        var (victim, _) = (await repository.MarkAsync()).Liveness.Packs.First();
        repository.Delete(victim);
        await Assert.ThrowsAsync<CorruptDataException>(() => repository.MarkAsync());
        var tolerant = repository.Roots().Select(root => (root.Root, IsTolerant: true)).ToList();
        var marker = await repository.MarkAsync(tolerant);
        Assert.DoesNotContain(victim, marker.Liveness.Packs.Keys);
    }

    [Fact]
    public async Task A_root_that_was_never_there_is_tolerated_where_it_may_be()
    {
        using var repository = new MarkedRepository();
        await TestVolume.Mixed(MarkedRepository.ChunkSizeBytes, 40, seed: 1).BackUpAsync(repository.Repository, "a");
        var live = (await repository.MarkAsync()).Liveness.Packs.Values.Sum(pack => pack.LiveBytes);
        var unknown = new PinnedRoot(Manifests.Ids.Of(7), 40 * MarkedRepository.ChunkSizeBytes);
        var roots = repository.Roots();
        roots.Insert(0, (unknown, true));
        var marker = await repository.MarkAsync(roots);
        Assert.Equal(live, marker.Liveness.Packs.Values.Sum(pack => pack.LiveBytes));
        roots[0] = (unknown, false);
        await Assert.ThrowsAsync<CorruptDataException>(() => repository.MarkAsync(roots));
    }

    /// <summary>Backups on top of each other, of which most are deleted; answers with what the rest holds.</summary>
    private async Task<Dictionary<string, byte[]>> HistoryAsync(MarkedRepository repository, int seed)
    {
        var volume = TestVolume.Mixed(MarkedRepository.ChunkSizeBytes, Chunks, seed);
        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        Manifest? parent = null;
        for (var number = 0; number < 14; number++)
        {
            parent = await volume.BackUpAsync(repository.Repository, $"{number}", number % 7 == 0 ? null : parent);
            contents.Add($"{number}", [.. volume.Bytes]);
            for (var change = 0; change < 40; change++)
            {
                volume.Change(_random.Next(Chunks - 1), _random.Next());
            }
        }

        foreach (var backup in contents.Keys.Where(_ => _random.Next(3) > 0).ToList())
        {
            repository.Repository.DeleteBackup(BackupId.Parse(backup));
            contents.Remove(backup);
        }

        return contents;
    }
}
