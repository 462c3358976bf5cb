using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Repositories;

/// <summary>What a reader makes of damage; what damage there can be is tried in Verification/Damage.</summary>
public sealed class RepositoryDamageTests : IDisposable
{
    private const int ChunkSize = 4096;

    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();
    private readonly TestVolume _volume = TestVolume.Mixed(ChunkSize, 7, seed: 1);

    private string Path => _directory.Sub("repository");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_message_names_pack_offset_and_chunk()
    {
        using var repository = Repository.Create(Path, new RepositoryOptions { ChunkSizeBytes = ChunkSize });
        await _volume.BackUpAsync(repository, "first");
        var plain = _volume.Bytes.AsMemory(0, ChunkSize);
        var id = repository.ChunkHasher.Hash(plain.Span);
        foreach (var pack in Files("packs"))
        {
            var bytes = await File.ReadAllBytesAsync(pack, TestContext.Current.CancellationToken);
            bytes.AsSpan(100, bytes.Length - 100).Fill(0xFF);
            await File.WriteAllBytesAsync(pack, bytes, TestContext.Current.CancellationToken);
        }

        var error = await Assert.ThrowsAsync<CorruptDataException>(
            () => repository.Chunks.ReadAsync(id, new byte[ChunkSize], TestContext.Current.CancellationToken).AsTask());
        Assert.Contains("/packs/", error.Message, StringComparison.Ordinal);
        Assert.Contains(id.ToString(), error.Message, StringComparison.Ordinal);
        Assert.Matches("at offset [0-9]+", error.Message);
    }

    /// <summary>
    /// A writer brings a chunk again although the index has it, as two writers at the same time would.
    /// </summary>
    [Fact]
    public async Task A_chunk_that_was_stored_twice_survives_damage_to_one_of_its_records()
    {
        Repository.Create(Path, new RepositoryOptions { ChunkSizeBytes = ChunkSize }).Dispose();
        using var one = Repository.Open(Path);
        using var two = Repository.Open(Path);
        await using (var first = one.BeginBackup(_volume.Options("first")))
        {
            await using var second = two.BeginBackup(_volume.Options("second"));
            await _volume.BackUpAsync(one, first);
            await _volume.BackUpAsync(two, second);
        }

        foreach (var file in Files("packs"))
        {
            var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            await File.WriteAllBytesAsync(file, new byte[bytes.Length], TestContext.Current.CancellationToken);
            await AssertRestoresAsync();
            File.Delete(file);
            await AssertRestoresAsync();
            await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        }
    }

    private async Task AssertRestoresAsync()
    {
        using var repository = Repository.Open(Path);
        await _volume.AssertRestoresAsync(repository, "first");
    }

    private string[] Files(string place) =>
        [.. Directory.EnumerateFiles(System.IO.Path.Combine(Path, place), "*", SearchOption.AllDirectories).Order()];
}
