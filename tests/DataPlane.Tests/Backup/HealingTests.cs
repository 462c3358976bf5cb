using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Collection;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Verification;
using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Devices;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.DataPlane.Tests.Backup;

/// <summary>
/// Damage is found, named with the ranges of the volume, and healed by the next backup that holds the content: for the
/// earlier backups too.
/// </summary>
public sealed class HealingTests : IDisposable
{
    private const int Chunk = PipelineHarness.SmallChunk;
    private const int Chunks = 600;
    private const byte DataPack = 1;
    private const byte MetadataPack = 2;

    private readonly PipelineHarness _harness = new();
    private readonly byte[] _content = new byte[Chunks * Chunk];

    public HealingTests() => new Random(1).NextBytes(_content);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _harness.Dispose();

    [Theory]
    [InlineData("changed blocks")]
    [InlineData("all read")]
    [InlineData("full")]
    public async Task The_next_backup_heals_a_damaged_chunk_for_the_earlier_one(string kind)
    {
        var old = await _harness.BackupAsync(_content);
        Damage(DataPack, file => file[200_000] ^= 1);
        var found = await VerifyAsync(VerifyLevel.Packs);
        Assert.False(found.Clean);
        var lost = Assert.Single(Assert.Single(found.Harmed).Ranges);
        Assert.Equal(Chunk, lost.LengthBytes);
        await Assert.ThrowsAnyAsync<Exception>(() => _harness.RestoreAsync(old));
        var request = _harness.Request(new MemoryDevice(_content), kind == "full" ? null : old);
        var next = await HealAsync(kind == "changed blocks" ? request with { ChangedBlocks = [] } : request);
        Assert.Equal(1, next.ChunksNew);
        Assert.Equal(kind == "full" ? 0 : 1, next.Warnings.Count);
        Assert.Equal(_content, await _harness.RestoreAsync(old));
        await AssertHealedAsync(harmless: 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_next_backup_heals_a_lost_pack(bool isMissing)
    {
        var old = await _harness.BackupAsync(_content);
        var pack = PackOf(DataPack);
        if (isMissing)
        {
            File.Delete(pack);
        }
        else
        {
            Damage(DataPack, file => Array.Clear(file));
        }

        var found = await VerifyAsync(VerifyLevel.Packs);
        Assert.Equal(_content.Length, Assert.Single(found.Harmed).LostBytes);
        var request = _harness.Request(new MemoryDevice(_content), old);
        await HealAsync(request with { ChangedBlocks = [] });
        Assert.Equal(_content, await _harness.RestoreAsync(old));

        // A pack that is missing, and that nobody needs any more, is no damage.
        await AssertHealedAsync(harmless: isMissing ? 0 : 1);
    }

    [Fact]
    public async Task A_parent_whose_tree_is_damaged_makes_the_next_backup_a_full_one_that_heals_it()
    {
        var old = await _harness.BackupAsync(_content);
        Damage(MetadataPack, file => file[500] ^= 1);
        var found = await VerifyAsync(VerifyLevel.Structure);
        Assert.Contains(found.Faults, fault => fault.Kind == FaultKind.Node);
        Assert.False((await VerifyAsync(VerifyLevel.Packs)).Clean);
        var request = _harness.Request(new MemoryDevice(_content), old);
        var next = await HealAsync(request with { ChangedBlocks = [] });
        Assert.Null(next.ParentId);
        Assert.Contains("this is a full backup", Assert.Single(next.Warnings), StringComparison.Ordinal);
        Assert.Equal(0, next.ChunksNew);
        Assert.Equal(_content, await _harness.RestoreAsync(old));
        await AssertHealedAsync(harmless: 1);
    }

    [Fact]
    public async Task A_pack_that_is_damaged_around_its_records_is_replaced()
    {
        var old = await _harness.BackupAsync(_content);
        Damage(DataPack, file => file[^100] ^= 1);
        Assert.False((await VerifyAsync(VerifyLevel.Packs)).Clean);
        Assert.False((await VerifyAsync(VerifyLevel.Packs)).Clean);
        var request = _harness.Request(new MemoryDevice(_content), old);
        Assert.Equal(Chunks, (await HealAsync(request with { ChangedBlocks = [] })).ChunksNew);
        await AssertHealedAsync(harmless: 1);
    }

    [Fact]
    public async Task What_the_volume_no_longer_holds_stays_lost_and_is_said_to_be()
    {
        var old = await _harness.BackupAsync(_content);
        Damage(DataPack, file => file[200_000] ^= 1);
        var lost = Assert.Single(Assert.Single((await VerifyAsync(VerifyLevel.Packs)).Harmed).Ranges);
        var now = _content.ToArray();
        now[lost.OffsetBytes] ^= 1;
        var request = _harness.Request(new MemoryDevice(now), old);
        var next = await HealAsync(request with { ChangedBlocks = [lost] });
        Assert.Equal(now, await _harness.RestoreAsync(next));
        var report = await VerifyAsync(VerifyLevel.Data);
        Assert.False(report.Clean);
        Assert.Equal((old.BackupId, lost), (Assert.Single(report.Harmed).BackupId, report.Harmed[0].Ranges[0]));
    }

    [Fact]
    public async Task A_quarantine_that_cannot_be_read_stops_backups_until_a_verification_replaced_it()
    {
        var old = await _harness.BackupAsync(_content);
        Damage(DataPack, file => file[200_000] ^= 1);
        await VerifyAsync(VerifyLevel.Packs);
        var file = Assert.Single(Directory.GetFiles(Path.Combine(_harness.RepositoryPath, "quarantine")));
        await File.AppendAllTextAsync(file, " ", Cancel);
        var request = _harness.Request(new MemoryDevice(_content), old);
        var error = await Assert.ThrowsAsync<CorruptDataException>(() => HealAsync(request));
        Assert.Contains("verify", error.Message, StringComparison.Ordinal);
        Assert.False((await VerifyAsync(VerifyLevel.Packs)).Clean);
        await HealAsync(request);
        await AssertHealedAsync(harmless: 1);
    }

    private static Task<BackupResult> HealAsync(BackupRequest request) =>
        new BackupRunner(NullLogger<BackupRunner>.Instance).RunAsync(request, null, Cancel);

    /// <summary>The second verification is clean as well: nothing is forgotten, nothing is found anew.</summary>
    private async Task AssertHealedAsync(int harmless)
    {
        for (var i = 0; i < 2; i++)
        {
            var report = await VerifyAsync(VerifyLevel.Data);
            Assert.True(report.Clean, string.Join('\n', report.Faults));
            Assert.Equal(harmless, report.Superseded.Count);
            Assert.Empty(_harness.Repository.ListHarmed());
        }

        // Collection copies what is good out of a pack that is mostly dead; the damage goes with the pack.
        await _harness.Repository.CollectAsync(new CollectOptions { ThresholdPercent = 100 }, null, Cancel);
        var collected = await VerifyAsync(VerifyLevel.Data);
        Assert.True(collected.Clean, string.Join('\n', collected.Faults));
        Assert.Empty(collected.Superseded);
        Assert.DoesNotContain(
            Directory.GetFiles(Path.Combine(_harness.RepositoryPath, "quarantine")),
            file => !file.EndsWith(".damaged", StringComparison.Ordinal));
    }

    private Task<VerifyReport> VerifyAsync(VerifyLevel level) =>
        _harness.Repository.VerifyAsync(new VerifyOptions { Level = level }, null, Cancel);

    private string PackOf(byte type) => Directory
        .EnumerateFiles(Path.Combine(_harness.RepositoryPath, "packs"), "*", SearchOption.AllDirectories)
        .Single(file => File.ReadAllBytes(file)[12] == type);

    private void Damage(byte type, Action<byte[]> damage)
    {
        var file = PackOf(type);
        var bytes = File.ReadAllBytes(file);
        damage(bytes);
        File.WriteAllBytes(file, bytes);
    }
}
