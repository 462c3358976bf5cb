using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Tests.GarbageCollection.Collecting;
using BackupEngine.Chunkstore.Tests.Repositories;
using BackupEngine.Chunkstore.Verification;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Sessions;

/// <summary>A session that gives up, and what others make of the packs that it has not deleted yet.</summary>
public sealed class TakingBackTests : IDisposable
{
    private static readonly TestVolume Volume = CollectedRepository.Random(chunks: 40, seed: 1);

    private readonly CollectedRepository _repository = new();
    private readonly Repository _giving;

    public TakingBackTests() => _giving = _repository.OpenSilent();

    public void Dispose()
    {
        _giving.Dispose();
        _repository.Dispose();
    }

    [Fact]
    public async Task Packs_that_no_segment_names_go_with_their_session()
    {
        await (await BeginAsync()).DisposeAsync();
        Assert.Empty(_repository.Packs);
        Assert.Empty(_repository.Files("sessions"));
        Assert.Empty(_repository.Files("tmp"));
    }

    [Fact]
    public async Task Packs_of_a_session_that_was_ended_are_left_to_garbage_collection()
    {
        await using (var writer = await BeginAsync())
        {
            File.Delete(RecordOf(writer));
        }

        Assert.NotEmpty(_repository.Packs);
        await _repository.CollectAsync();
        Assert.Empty(_repository.Packs);
    }

    [Fact]
    public async Task A_session_of_another_host_that_takes_back_is_ended_when_its_packs_are_gone()
    {
        await using var writer = await BeginAsync();
        TakeBack(writer, process => process with { Host = "another host" });
        await _repository.BackUpAsync("next", CollectedRepository.Random(chunks: 4, seed: 2));
        using var repository = _repository.OpenAgain();
        Assert.True(Assert.Single(repository.ListSessions()).IsTakingBack);
        var packs = _repository.Packs.Count;

        var rebuilt = await repository.RebuildIndexAsync(progress: null, CancellationToken.None);
        Assert.Equal((0, packs - 2), (rebuilt.NewSegments, rebuilt.LeftAlone));
        Assert.Contains("has given up", Assert.Single(rebuilt.Warnings), StringComparison.Ordinal);

        var report = await _repository.CollectAsync();
        Assert.Equal((packs - 2, 0, 0), (report.DeletedPacks, report.FencedSessions, report.WaitedForSessions));
        Assert.Single(repository.ListSessions());
        await _repository.CollectAsync();
        Assert.Empty(repository.ListSessions());
        await _repository.AssertIntactAsync();
    }

    [Fact]
    public async Task A_dead_session_that_takes_back_is_ended_by_the_next_writer()
    {
        await using var writer = await BeginAsync();
        TakeBack(writer, process => process with { BootId = "another boot" });
        await _repository.BackUpAsync("next", CollectedRepository.Random(chunks: 4, seed: 2));
        Assert.Empty(_repository.Repository.ListSessions());
        using var repository = _repository.OpenAgain();
        Assert.Equal(1, (await repository.RebuildIndexAsync(null, CancellationToken.None)).NewSegments);
    }

    /// <summary>
    /// They may be its own, or of a later backup of the same process whose segment is lost: they are not collected.
    /// </summary>
    [Fact]
    public async Task Packs_that_may_be_of_a_harmed_backup_stay()
    {
        await using var writer = await BeginAsync();
        TakeBack(writer, process => process with { Host = "another host" });
        var volume = CollectedRepository.Random(chunks: 40, seed: 2);
        await volume.BackUpAsync(_giving, "harmed");
        _repository.Expect("harmed", volume);
        _repository.Files("index").ToList().ForEach(File.Delete);
        using var repository = _repository.OpenAgain();
        var structure = new VerifyOptions { Level = VerifyLevel.Structure };
        await repository.VerifyAsync(structure, progress: null, CancellationToken.None);
        var packs = _repository.Packs;
        Assert.Equal(0, (await _repository.CollectAsync()).DeletedPacks);
        Assert.Equal(packs.Order(), _repository.Packs.Order());

        File.Delete(Assert.Single(_repository.Files("sessions"), file => Path.HasExtension(file)));
        await Assert.ThrowsAnyAsync<RepositoryException>(() => _repository.CollectAsync());
        await repository.RebuildIndexAsync(progress: null, CancellationToken.None);
        await _repository.AssertIntactAsync();
    }

    private string RecordOf(BackupWriter writer) => $"{_repository.Path}/sessions/{writer.SessionId}";

    /// <summary>A backup with a pack that no segment names.</summary>
    private async Task<BackupWriter> BeginAsync()
    {
        var options = Volume.Options("given-up") with { PackSizeBytes = 64 * 1024 };
        var writer = _giving.BeginBackup(options);
        foreach (var chunk in Enumerable.Range(0, 40))
        {
            var plain = Volume.Bytes.AsMemory(chunk * CollectedRepository.ChunkSize, CollectedRepository.ChunkSize);
            await writer.StoreAsync(
                _giving.ChunkHasher.Hash(plain.Span), plain, TestContext.Current.CancellationToken);
        }

        while (_repository.Packs.Count == 0)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        return writer;
    }

    /// <summary>What is there when a process has renamed its record, and has deleted nothing yet.</summary>
    private void TakeBack(BackupWriter writer, Func<ProcessIdentity, ProcessIdentity> change)
    {
        var path = RecordOf(writer);
        var record = SessionRecordFile.Read(File.ReadAllBytes(path), path);
        File.WriteAllBytes(path, SessionRecordFile.Write(record with { Process = change(record.Process) }));
        File.Move(path, path + ".taking-back");
    }
}
