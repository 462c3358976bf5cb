using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Collection.Copying;
using BackupEngine.Chunkstore.Collection.Marking;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Tests.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Marking;

public sealed class CopyForwardTests
{
    private readonly List<(PackType Type, ChunkId Id, byte[] Plain)> _stored = [];

    /// <summary>Every live record and no other, with the bytes that have the hash that is its id.</summary>
    [Fact]
    public async Task Live_records_are_stored_again_and_no_others()
    {
        using var repository = new MarkedRepository();
        await TwoVolumesAsync(repository);
        var marker = await repository.MarkAsync();
        var packs = marker.Liveness.Packs.Where(pack => !pack.Value.IsDead).Select(pack => pack.Key).ToList();
        var told = new List<(long Done, long Total)>();
        var result = await Copier(repository).RunAsync(
            marker, packs, (done, total) => told.Add((done, total)), CancellationToken.None);
        Assert.Equal(Enumerable.Range(1, packs.Count).Select(done => ((long)done, (long)packs.Count)), told);
        Assert.Equal(packs.ToHashSet(), result.Copied);
        Assert.Empty(result.Kept);
        Assert.Equal(packs.Sum(pack => marker.Liveness.Packs[pack].LiveRecords), result.Records);
        var expected = marker.LiveRecordsIn(packs.ToHashSet()).Select(record => record.Prefix).Order();
        Assert.Equal(expected, _stored.Select(chunk => chunk.Id.Prefix).Order());
        Assert.All(_stored.Where(chunk => chunk.Type == PackType.Data), chunk =>
            Assert.Equal(chunk.Id, repository.Repository.ChunkHasher.Hash(chunk.Plain)));
    }

    /// <summary>A damaged record is not copied, and its pack is named with what is wrong in it.</summary>
    [Fact]
    public async Task A_pack_with_a_damaged_record_is_kept()
    {
        using var repository = new MarkedRepository();
        await TwoVolumesAsync(repository);
        var marker = await repository.MarkAsync();
        var pack = marker.Liveness.Packs.First(pack => pack.Value is { IsDead: false, Type: PackType.Data }).Key;
        var record = marker.LiveRecordsIn(new HashSet<PackId> { pack }).Last();
        Damage(repository, record);
        var result = await Copier(repository).RunAsync(marker, [pack], onCopied: null, CancellationToken.None);
        Assert.Empty(result.Copied);
        Assert.Contains("CRC32C", Assert.Single(result.Kept).Value, StringComparison.Ordinal);
        Assert.DoesNotContain(_stored, chunk => chunk.Id.Prefix == record.Prefix);
    }

    /// <summary>Two backups of which one is deleted: packs that are partly dead.</summary>
    private static async Task TwoVolumesAsync(MarkedRepository repository)
    {
        var volume = TestVolume.Mixed(MarkedRepository.ChunkSizeBytes, 80, seed: 1);
        await volume.BackUpAsync(repository.Repository, "a");
        for (var chunk = 0; chunk < 40; chunk++)
        {
            volume.Change(chunk, chunk);
        }

        await volume.BackUpAsync(repository.Repository, "b");
        repository.Repository.DeleteBackup(BackupId.Parse("a"));
    }

    private CopyForward Copier(MarkedRepository repository) =>
        new(repository.Backend, repository.Keys(), recordsAtOnce: 1000, (type, id, plain, _) =>
        {
            _stored.Add((type, id, plain.ToArray()));
            return ValueTask.FromResult(plain.Length);
        });

    private static void Damage(MarkedRepository repository, LiveRecord record)
    {
        var name = new ObjectName(ObjectKind.Pack, record.Location.Pack.ToString());
        using var file = File.OpenHandle(repository.Backend.Describe(name), FileMode.Open, FileAccess.ReadWrite);
        var place = record.Location.Offset + RecordHeader.SizeBytes;
        Span<byte> one = stackalloc byte[1];
        RandomAccess.Read(file, one, place);
        one[0] ^= 1;
        RandomAccess.Write(file, one, place);
    }
}
