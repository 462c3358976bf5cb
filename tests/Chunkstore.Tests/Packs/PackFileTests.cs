using BackupEngine.Chunkstore.Compression;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Tests.Encryption;
using BackupEngine.Chunkstore.Tests.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Packs;

/// <summary>
/// A pack alone, read from its first byte on as a repair would, says all that its directory and the index say.
/// </summary>
public sealed class PackFileTests : IDisposable
{
    private const int ChunkSize = 4096;

    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();

    private string Path => _directory.Sub("repository");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(CompressionAlgorithm.Lz4, false)]
    [InlineData(CompressionAlgorithm.None, false)]
    [InlineData(CompressionAlgorithm.Lz4, true)]
    [InlineData(CompressionAlgorithm.None, true)]
    public async Task A_forward_scan_finds_what_directory_trailer_and_index_say(
        CompressionAlgorithm compression, bool encrypted)
    {
        using var secret = encrypted ? TestKeys.File() : null;
        using var repository = Repository.Create(Path, TestKeys.Options(ChunkSize, secret));
        var volume = TestVolume.Mixed(ChunkSize, 700, seed: 1);
        await using (var writer = repository.BeginBackup(volume.Options("one") with { Compression = compression }))
        {
            await volume.BackUpAsync(repository, writer);
        }

        long records = 0;
        var packs = Directory.GetFiles(Path + "/packs", "*", SearchOption.AllDirectories);
        foreach (var pack in packs)
        {
            var bytes = await File.ReadAllBytesAsync(pack, TestContext.Current.CancellationToken);
            Assert.Equal(System.IO.Path.GetFileName(pack), PackHeader.Read(bytes, pack).PackId.ToString());
            Assert.Equal(pack[^2..], System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(pack)));
            records += AssertAgree(bytes, pack);
        }

        Assert.True(packs.Length > 5, "packs are closed at their limit");
        Assert.Equal(repository.GetStatistics().Chunks, records);
    }

    [Fact]
    public async Task Packs_keep_to_their_limit_and_their_type()
    {
        using var repository = Repository.Create(Path, new RepositoryOptions { ChunkSizeBytes = ChunkSize });
        var volume = TestVolume.Mixed(ChunkSize, 700, seed: 1);
        await volume.BackUpAsync(repository, "one");
        var limit = volume.Options("one").PackSizeBytes;
        var kinds = new HashSet<Chunkstore.Packs.PackType>();
        foreach (var pack in Directory.GetFiles(Path + "/packs", "*", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(pack, TestContext.Current.CancellationToken);
            kinds.Add(PackHeader.Read(bytes, pack).Type);
            Assert.True(Trailer(bytes, pack).DirectoryOffset <= limit);
        }

        Assert.Equal(2, kinds.Count);
    }

    private static int AssertAgree(byte[] bytes, string pack)
    {
        var trailer = Trailer(bytes, pack);
        var digest = new byte[Blake3.DigestBytes];
        Blake3.Hash(bytes.AsSpan(..^PackTrailer.SizeBytes), digest);
        Assert.Equal(new ChunkId(digest), trailer.Digest);
        var directory = bytes.AsSpan((int)trailer.DirectoryOffset, (int)trailer.RecordCount * PackEntry.SizeBytes);
        Assert.Equal(trailer.DirectoryCrc, Crc32C.Compute(directory));
        Assert.Equal(bytes.Length - PackTrailer.SizeBytes, trailer.DirectoryOffset + directory.Length);
        var scanned = Scan(bytes, (int)trailer.DirectoryOffset);
        Assert.Equal(scanned.OrderBy(entry => entry.Id.ToString(), StringComparer.Ordinal), Lines(directory, pack));
        return scanned.Count;
    }

    private static PackTrailer Trailer(byte[] bytes, string pack) =>
        PackTrailer.Read(bytes.AsSpan(^PackTrailer.SizeBytes..), pack);

    private static List<PackEntry> Lines(ReadOnlySpan<byte> directory, string pack)
    {
        var lines = new List<PackEntry>();
        for (var offset = 0; offset < directory.Length; offset += PackEntry.SizeBytes)
        {
            lines.Add(PackEntry.Read(directory[offset..], pack));
        }

        return lines;
    }

    private static List<PackEntry> Scan(byte[] bytes, int end)
    {
        var found = new List<PackEntry>();
        var offset = PackHeader.SizeBytes;
        while (offset < end)
        {
            Assert.True(RecordHeader.TryRead(bytes.AsSpan(offset), out var header, out var fault), fault);
            found.Add(new PackEntry(
                header.Id, (uint)offset, header.StoredLength, header.PlainLength, header.Encoding));
            offset += header.RecordLength;
        }

        Assert.Equal(end, offset);
        return found;
    }
}
