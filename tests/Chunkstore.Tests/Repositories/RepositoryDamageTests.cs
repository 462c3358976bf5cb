using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Tests.Encryption;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Repositories;

/// <summary>
/// Any flipped bit, any cut and any exchange of files is found, or does no harm: wrong bytes never come back.
/// </summary>
public sealed class RepositoryDamageTests : IDisposable
{
    private const int ChunkSize = 4096;

    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();
    private readonly TestVolume _volume = TestVolume.Mixed(ChunkSize, 7, seed: 1);

    private RepositorySecret? _secret;

    private string Path => _directory.Sub("repository");

    public void Dispose()
    {
        _secret?.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("config", true, false)]
    [InlineData("manifests", true, false)]
    [InlineData("index", true, false)]
    [InlineData("packs", false, false)]
    [InlineData("config", true, true)]
    [InlineData("manifests", true, true)]
    [InlineData("packs", false, true)]
    [InlineData("keys", true, true)]
    public async Task A_flipped_bit_is_found_or_does_no_harm(string place, bool everyBit, bool encrypted)
    {
        await MakeAsync(encrypted);
        var (found, harmless) = (0, 0);
        foreach (var file in Files(place))
        {
            var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            foreach (var bit in everyBit ? Enumerable.Range(0, bytes.Length * 8) : OneInEveryByte(bytes.Length))
            {
                await File.WriteAllBytesAsync(file, Flipped(bytes, bit), TestContext.Current.CancellationToken);
                _ = await IsFoundAsync($"bit {bit} of {file}") ? found++ : harmless++;
            }

            await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        }

        Assert.True(found > 100, $"{found} found, {harmless} harmless");
        Assert.False(await IsFoundAsync("nothing is damaged any more"));
        if (place is "config" or "manifests")
        {
            Assert.Equal(0, harmless);
        }
    }

    [Theory]
    [InlineData("config")]
    [InlineData("manifests")]
    [InlineData("index")]
    [InlineData("packs")]
    public async Task A_file_that_was_cut_is_found_or_does_no_harm(string place)
    {
        await MakeAsync();
        foreach (var file in Files(place))
        {
            var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            for (var length = 0; length < bytes.Length; length += 1 + (bytes.Length / 200))
            {
                await File.WriteAllBytesAsync(file, bytes[..length], TestContext.Current.CancellationToken);
                var found = await IsFoundAsync($"{file} cut to {length}");
                Assert.True(found || place == "packs", $"{file} cut to {length} was not found");
            }

            await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData("manifests")]
    [InlineData("index")]
    [InlineData("packs")]
    public async Task A_file_that_is_missing_is_found(string place)
    {
        await MakeAsync();
        foreach (var file in Files(place))
        {
            File.Move(file, file + ".away");
            Assert.True(await IsFoundAsync($"{file} is missing"));
            File.Move(file + ".away", file);
        }
    }

    [Theory]
    [InlineData("manifests", false)]
    [InlineData("packs", false)]
    [InlineData("manifests", true)]
    [InlineData("packs", true)]
    public async Task Files_that_changed_places_are_found(string place, bool encrypted)
    {
        await MakeAsync(encrypted);
        using (var repository = Repository.Open(Path, _secret))
        {
            await TestVolume.Mixed(ChunkSize, 9, seed: 2).BackUpAsync(repository, "another");
        }

        var files = Files(place);
        for (var i = 0; i < files.Length; i++)
        {
            Swap(files[i], files[(i + 1) % files.Length]);
            Assert.True(await IsFoundAsync($"{files[i]} changed places"));
            Swap(files[i], files[(i + 1) % files.Length]);
        }
    }

    [Fact]
    public async Task The_message_names_pack_offset_and_chunk()
    {
        await MakeAsync();
        using var repository = Repository.Open(Path);
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
            Assert.False(await IsFoundAsync($"{file} is zeros", "first"));
            await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        }
    }

    private static IEnumerable<int> OneInEveryByte(int length) =>
        Enumerable.Range(0, length).Select(i => (i * 8) + (i % 8));

    private static byte[] Flipped(byte[] bytes, int bit)
    {
        var copy = bytes.ToArray();
        copy[bit / 8] ^= (byte)(1 << (bit % 8));
        return copy;
    }

    private static void Swap(string left, string right)
    {
        var (one, other) = (File.ReadAllBytes(left), File.ReadAllBytes(right));
        File.WriteAllBytes(left, other);
        File.WriteAllBytes(right, one);
    }

    private string[] Files(string place) => place == "config"
        ? [System.IO.Path.Combine(Path, place)]
        : [.. Directory.EnumerateFiles(System.IO.Path.Combine(Path, place), "*", SearchOption.AllDirectories).Order()];

    private async Task MakeAsync(bool encrypted = false)
    {
        _secret = encrypted ? TestKeys.File() : null;
        using var repository = Repository.Create(Path, TestKeys.Options(ChunkSize, _secret));
        await _volume.BackUpAsync(repository, "first");
    }

    /// <summary>Whether the damage was reported; fails the test where wrong bytes came back.</summary>
    private async Task<bool> IsFoundAsync(string damage, string backup = "first")
    {
        try
        {
            using var repository = Repository.Open(Path, _secret);
            foreach (var manifest in repository.ListManifests())
            {
                var restored = await TestVolume.RestoreAsync(repository, manifest);
                Assert.True(
                    manifest.BackupId.Value != backup || restored.AsSpan().SequenceEqual(_volume.Bytes),
                    $"wrong bytes came back after {damage}");
            }

            return repository.ListManifests().All(manifest => manifest.BackupId.Value != backup);
        }
        catch (RepositoryException exception)
            when (exception is CorruptDataException or RepositoryFormatException or RepositoryKeyException)
        {
            return true;
        }
    }
}
