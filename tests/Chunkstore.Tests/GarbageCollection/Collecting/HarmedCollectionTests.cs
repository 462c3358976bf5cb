using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Verification;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Collecting;

/// <summary>What harmed backups miss may be in packs that no index segment names.</summary>
public sealed class HarmedCollectionTests : IDisposable
{
    private readonly CollectedRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Packs_that_a_new_index_would_find_are_not_collected_before()
    {
        await _repository.BackUpAsync("a", CollectedRepository.Random(chunks: 40, seed: 1));
        var segments = _repository.Files("index").ToList();
        await _repository.BackUpAsync("b", CollectedRepository.Random(chunks: 40, seed: 2));
        segments.ForEach(File.Delete);
        var packs = _repository.Packs;

        using var repository = _repository.OpenAgain();
        var report = await repository.VerifyAsync(
            new VerifyOptions { Level = VerifyLevel.Structure }, progress: null, CancellationToken.None);
        Assert.Equal("a", Assert.Single(report.Harmed).BackupId);
        var error = await Assert.ThrowsAnyAsync<RepositoryException>(() => _repository.CollectAsync());
        Assert.Contains("rebuild-index", error.Message, StringComparison.Ordinal);
        Assert.Equal(packs.Order(), _repository.Packs.Order());

        await repository.RebuildIndexAsync(progress: null, CancellationToken.None);
        await _repository.CollectAsync();
        await _repository.AssertIntactAsync();
    }
}
