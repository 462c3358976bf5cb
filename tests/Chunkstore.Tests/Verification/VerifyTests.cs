using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Tests.Repositories;
using BackupEngine.Chunkstore.Verification;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Verification;

/// <summary>What each level finds, and what it says is harmed.</summary>
public sealed class VerifyTests : IDisposable
{
    private const int ChunkSize = VerifiedRepository.ChunkSize;

    private readonly VerifiedRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData(VerifyLevel.Structure, false)]
    [InlineData(VerifyLevel.Packs, false)]
    [InlineData(VerifyLevel.Data, false)]
    [InlineData(VerifyLevel.Data, true)]
    public async Task A_good_repository_is_clean(VerifyLevel level, bool isEncrypted)
    {
        using var repository = new VerifiedRepository(isEncrypted);
        var volume = TestVolume.Mixed(ChunkSize, 700, seed: 1);
        await repository.BackUpAsync(volume, "first");
        volume.Change(5, 1);
        await repository.BackUpAsync(volume, "second", "first");
        var report = await repository.VerifyAsync(level);
        Assert.True(report.Clean, string.Join('\n', report.Faults));
        Assert.Empty(report.Faults);
        Assert.Empty(report.Harmed);
        Assert.Empty(report.Warnings);
        Assert.Equal(2, report.Backups);
        Assert.Equal(level == VerifyLevel.Structure ? 0 : report.Packs, report.PacksRead);
        Assert.Equal((level == VerifyLevel.Structure, 0), (report.RecordsChecked == 0, report.RecordsBad));
        Assert.Empty(repository.Files("quarantine"));
        Assert.Empty(repository.Files("sessions"));
    }

    [Fact]
    public async Task A_damaged_record_is_named_with_the_ranges_that_it_harms()
    {
        var volume = TestVolume.Mixed(ChunkSize, 40, seed: 2);
        await _repository.BackUpAsync(volume, "first");
        var before = volume.Bytes.ToArray();
        volume.Change(8, 77);
        await _repository.BackUpAsync(volume, "second", "first");
        var (file, offset) = Find(before, chunk: 8);
        VerifiedRepository.Flip(file, offset + RecordHeader.SizeBytes + 3);
        var report = await _repository.VerifyAsync(VerifyLevel.Packs);
        Assert.False(report.Clean);
        var fault = Assert.Single(report.Faults, fault => fault.Kind == FaultKind.Record);
        Assert.Equal((file, offset), (fault.File, fault.OffsetBytes));
        Assert.Equal(1, report.RecordsBad);
        Assert.InRange(report.RecordsChecked, 2, long.MaxValue);
        var harmed = Assert.Single(report.Harmed);
        Assert.Equal("first", harmed.BackupId);
        Assert.Equal([new Extent(8 * ChunkSize, ChunkSize)], harmed.Ranges);
        using var reopened = _repository.Open();
        Assert.Equal(harmed.Ranges, reopened.ListHarmed()["first"].Ranges);
    }

    [Fact]
    public async Task A_damaged_node_harms_all_of_the_volume_below_it()
    {
        var volume = TestVolume.Mixed(ChunkSize, 600, seed: 3);
        await _repository.BackUpAsync(volume, "first");
        var pack = Assert.Single(_repository.MetadataPacks());
        VerifiedRepository.Flip(pack, PackHeader.SizeBytes + RecordHeader.SizeBytes + 20);
        var report = await _repository.VerifyAsync(VerifyLevel.Structure);
        Assert.Contains(report.Faults, fault => fault.Kind == FaultKind.Node);
        var range = Assert.Single(Assert.Single(report.Harmed).Ranges);
        Assert.True(range.LengthBytes >= (600 - 512) * ChunkSize - ChunkSize);
    }

    [Theory]
    [InlineData(VerifyLevel.Structure)]
    [InlineData(VerifyLevel.Packs)]
    public async Task A_missing_and_a_cut_pack_are_found(VerifyLevel level)
    {
        var volume = TestVolume.Mixed(ChunkSize, 40, seed: 4);
        await _repository.BackUpAsync(volume, "first");
        var pack = Assert.Single(_repository.DataPacks());
        var bytes = await File.ReadAllBytesAsync(pack, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(pack, bytes[..^(bytes.Length / 3)], TestContext.Current.CancellationToken);
        var cut = await _repository.VerifyAsync(level);
        Assert.Contains(cut.Faults, fault => fault.Kind == FaultKind.Pack && fault.File == pack);
        Assert.InRange(Assert.Single(cut.Harmed).LostBytes, ChunkSize, 38 * ChunkSize);
        File.Delete(pack);
        var missing = await _repository.VerifyAsync(level);
        Assert.Contains(missing.Faults, fault => fault.Kind == FaultKind.Pack && fault.File == pack);
        Assert.True(Assert.Single(missing.Harmed).LostBytes >= 20 * ChunkSize);
        await File.WriteAllBytesAsync(pack, bytes, TestContext.Current.CancellationToken);
        var restored = await _repository.VerifyAsync(VerifyLevel.Data);
        Assert.Empty(restored.Harmed);
        Assert.True((await _repository.VerifyAsync(VerifyLevel.Data)).Clean);
        Assert.Empty(_repository.Files("quarantine"));
    }

    [Fact]
    public async Task A_damaged_directory_harms_no_backup_but_the_pack_is_avoided()
    {
        var volume = TestVolume.Mixed(ChunkSize, 40, seed: 5);
        await _repository.BackUpAsync(volume, "first");
        var pack = Assert.Single(_repository.DataPacks());
        VerifiedRepository.Flip(pack, new FileInfo(pack).Length - PackTrailer.SizeBytes - 10);
        var report = await _repository.VerifyAsync(VerifyLevel.Data);
        Assert.Equal(FaultKind.Pack, Assert.Single(report.Faults).Kind);
        Assert.Empty(report.Harmed);
        await _repository.AssertRestoresAsync(volume, "first");
    }

    [Fact]
    public async Task Packs_need_no_key()
    {
        using var repository = new VerifiedRepository(isEncrypted: true);
        var volume = TestVolume.Mixed(ChunkSize, 40, seed: 6);
        await repository.BackUpAsync(volume, "first");
        using (var locked = Repository.OpenWithoutKey(repository.Path))
        {
            var report = await VerifyAsync(locked, VerifyLevel.Packs);
            Assert.True(report.Clean);
            Assert.Contains("manifests and trees were not looked at", Assert.Single(report.Warnings));
            Assert.Equal(2, report.PacksRead);
            await Assert.ThrowsAsync<RepositoryKeyException>(() => VerifyAsync(locked, VerifyLevel.Data));
        }

        var pack = repository.DataPacks().First();
        VerifiedRepository.Flip(pack, PackHeader.SizeBytes + RecordHeader.SizeBytes + 20);
        using var again = Repository.OpenWithoutKey(repository.Path);
        Assert.Equal(FaultKind.Record, Assert.Single((await VerifyAsync(again, VerifyLevel.Packs)).Faults).Kind);
        Assert.Single((await repository.VerifyAsync(VerifyLevel.Structure)).Harmed);
    }

    [Fact]
    public async Task A_damaged_manifest_is_named_and_the_others_are_verified()
    {
        await _repository.BackUpAsync(TestVolume.Mixed(ChunkSize, 10, seed: 7), "first");
        await _repository.BackUpAsync(TestVolume.Mixed(ChunkSize, 10, seed: 8), "second");
        VerifiedRepository.Flip(_repository.Files("manifests")[0], 100);
        var report = await _repository.VerifyAsync(VerifyLevel.Structure);
        Assert.Equal(FaultKind.Manifest, Assert.Single(report.Faults).Kind);
        Assert.Equal("first", Assert.Single(report.Harmed).BackupId);
        Assert.Equal(1, report.Backups);
    }

    [Fact]
    public async Task The_oldest_proof_comes_first_and_the_budget_bounds_what_is_read()
    {
        for (var i = 0; i < 4; i++)
        {
            await _repository.BackUpAsync(TestVolume.Mixed(ChunkSize, 20, seed: 10 + i), $"backup-{i}");
        }

        var options = new VerifyOptions { Level = VerifyLevel.Packs, OldestFirst = true, BudgetBytes = 1 };
        for (var i = 1; i <= 8; i++)
        {
            Assert.Equal(1, (await _repository.VerifyAsync(options)).PacksRead);
            using var repository = _repository.Open();
            Assert.Equal(8 - i, repository.GetVerifyStatus().Packs.NeverProvenPacks);
            Assert.Equal(8, repository.GetVerifyStatus().Data.NeverProvenPacks);
        }

        using var reopened = _repository.Open();
        var before = reopened.GetVerifyStatus().Packs.OldestProof;
        await _repository.VerifyAsync(options);
        Assert.True(reopened.GetVerifyStatus().Packs.OldestProof > before);
        Assert.InRange(_repository.Files("verified").Length, 1, 8);
        var half = await _repository.VerifyAsync(new VerifyOptions { Level = VerifyLevel.Data, Percent = 50 });
        Assert.Equal(4, half.PacksRead);
        Assert.Equal(4, reopened.GetVerifyStatus().Data.NeverProvenPacks);
    }

    [Fact]
    public async Task Only_the_packs_of_a_backup_are_read_when_it_is_named()
    {
        await _repository.BackUpAsync(TestVolume.Mixed(ChunkSize, 20, seed: 20), "first");
        await _repository.BackUpAsync(TestVolume.Mixed(ChunkSize, 20, seed: 21), "second");
        var options = new VerifyOptions { Level = VerifyLevel.Packs, Backups = [BackupId.Parse("second")] };
        var report = await _repository.VerifyAsync(options);

        // Its own two, and the one of the first backup that holds a chunk which both have.
        Assert.Equal((1, 3), (report.Backups, report.PacksRead));
        var unknown = options with { Backups = [BackupId.Parse("third")] };
        await Assert.ThrowsAsync<BackupNotFoundException>(() => _repository.VerifyAsync(unknown));
    }

    [Fact]
    public async Task Beside_backups_and_deletions_nothing_is_found()
    {
        using var verifying = _repository.Open();
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 2).Select(writer => Task.Run(
            async () =>
            {
                using var repository = _repository.Open();
                for (var i = 0; !stop.IsCancellationRequested; i++)
                {
                    var backup = $"backup-{writer}-{i}";
                    await TestVolume.Mixed(ChunkSize, 12, seed: 1000 + (100 * writer) + i)
                        .BackUpAsync(repository, backup);
                    repository.DeleteBackup(BackupId.Parse(backup));
                }
            },
            TestContext.Current.CancellationToken)).ToArray();
        for (var i = 0; i < 20; i++)
        {
            var report = await VerifyAsync(verifying, i % 2 == 0 ? VerifyLevel.Data : VerifyLevel.Structure);
            Assert.True(report.Clean, string.Join('\n', report.Faults));
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        Assert.Empty(_repository.Files("quarantine"));
    }

    private static Task<VerifyReport> VerifyAsync(Repository repository, VerifyLevel level) => repository.VerifyAsync(
        new VerifyOptions { Level = level }, null, TestContext.Current.CancellationToken);

    /// <summary>The file and the offset of a chunk's record.</summary>
    private (string File, long Offset) Find(byte[] volume, int chunk)
    {
        using var repository = _repository.Open();
        var id = repository.ChunkHasher.Hash(volume.AsSpan(chunk * ChunkSize, ChunkSize));
        var wanted = new byte[ChunkId.SizeBytes];
        id.CopyTo(wanted);
        foreach (var file in _repository.DataPacks())
        {
            var bytes = File.ReadAllBytes(file);
            var found = bytes.AsSpan().IndexOf([.. wanted]);
            if (found >= 0)
            {
                return (file, found - 16);
            }
        }

        throw new InvalidOperationException($"Chunk {id} is nowhere; packs of type {PackType.Data} were read.");
    }
}
