using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Tests.Repositories;
using BackupEngine.Chunkstore.Verification;
using BackupEngine.Chunkstore.Verification.Rebuild;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Verification;

/// <summary>The index comes back from packs alone.</summary>
public sealed class RebuildIndexTests : IDisposable
{
    private const int ChunkSize = VerifiedRepository.ChunkSize;

    private readonly VerifiedRepository _repository = new();
    private readonly TestVolume _volume = TestVolume.Mixed(ChunkSize, 60, seed: 1);

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Missing_and_damaged_segments_are_made_again(bool withDamagedDirectories)
    {
        await MakeAsync();
        var segments = _repository.Files("index");
        File.Delete(segments[0]);
        VerifiedRepository.Flip(segments[1], 5);
        if (withDamagedDirectories)
        {
            foreach (var pack in _repository.Files("packs"))
            {
                VerifiedRepository.Flip(pack, new FileInfo(pack).Length - PackTrailer.SizeBytes - 3);
            }
        }

        var error = await Assert.ThrowsAnyAsync<RepositoryException>(() => _repository.BackUpAsync(_volume, "third"));
        Assert.Contains("rebuild-index", error.Message, StringComparison.Ordinal);
        var report = await RebuildAsync();
        Assert.Equal(Path.GetFileName(segments[1]), Assert.Single(report.SetAside));
        Assert.Equal((0, 1, 4), (report.GoodSegments, report.NewSegments, report.Packs));
        Assert.Equal(withDamagedDirectories ? 4 : 0, report.ScannedPacks);
        Assert.True(File.Exists(segments[1] + ".damaged"));
        await _repository.AssertRestoresAsync(_volume, "second");
        var verified = await _repository.VerifyAsync(VerifyLevel.Data);
        Assert.Empty(verified.Harmed);
        Assert.Equal(withDamagedDirectories ? 4 : 0, verified.Faults.Count);
        await _repository.BackUpAsync(_volume, "third");
        await _repository.AssertRestoresAsync(_volume, "third");
    }

    [Fact]
    public async Task A_segment_whose_entries_are_damaged_is_replaced_though_it_can_be_opened()
    {
        await MakeAsync();
        var segment = _repository.Files("index")[0];
        VerifiedRepository.Flip(segment, new FileInfo(segment).Length - IndexTrailer.SizeBytes - 40);
        Assert.Equal(
            FaultKind.Index, (await _repository.VerifyAsync(VerifyLevel.Structure)).Faults[0].Kind);
        Assert.Single((await RebuildAsync()).SetAside);
        Assert.True((await _repository.VerifyAsync(VerifyLevel.Data)).Clean);
    }

    [Fact]
    public async Task Nothing_is_written_where_nothing_is_wrong()
    {
        await MakeAsync();
        var before = _repository.Files("index");
        var report = await RebuildAsync();
        Assert.Equal((2, 0, 0), (report.GoodSegments, report.NewSegments, report.SetAside.Count));
        Assert.Equal(before, _repository.Files("index"));
    }

    [Fact]
    public async Task Packs_of_a_running_session_are_left_alone()
    {
        await MakeAsync();
        using var repository = _repository.Open();
        var other = TestVolume.Mixed(ChunkSize, 60, seed: 9);
        await using var writer = repository.BeginBackup(other.Options("running"));
        for (var chunk = 0; chunk < 60; chunk += 4)
        {
            var plain = other.Bytes.AsMemory(chunk * ChunkSize, ChunkSize);
            await writer.StoreAsync(
                repository.ChunkHasher.Hash(plain.Span), plain, TestContext.Current.CancellationToken);
        }

        _repository.Files("index").ToList().ForEach(File.Delete);
        var report = await RebuildAsync();
        Assert.Equal(4, report.Packs);
        await other.BackUpAsync(repository, writer);
        await _repository.AssertRestoresAsync(other, "running");
    }

    [Fact]
    public async Task A_segment_of_a_later_version_is_left_alone()
    {
        await MakeAsync();
        var segment = _repository.Files("index")[0];
        var bytes = await File.ReadAllBytesAsync(segment, TestContext.Current.CancellationToken);
        bytes[8] = 9;
        bytes[10] = 9;
        BitConverter.TryWriteBytes(bytes.AsSpan(124), Crc32C.Compute(bytes.AsSpan(0, 124)));
        await File.WriteAllBytesAsync(segment, bytes, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<RepositoryFormatException>(RebuildAsync);
        Assert.True(File.Exists(segment));
    }

    private async Task MakeAsync()
    {
        await _repository.BackUpAsync(_volume, "first");
        _volume.Change(4, 5);
        await _repository.BackUpAsync(_volume, "second", "first");
    }

    private async Task<RebuildReport> RebuildAsync()
    {
        using var repository = _repository.Open();
        return await repository.RebuildIndexAsync(null, TestContext.Current.CancellationToken);
    }
}
