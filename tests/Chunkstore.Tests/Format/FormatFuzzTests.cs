using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Packs;
using CsCheck;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Format;

/// <summary>
/// Whatever bytes a parser is given, it answers, or refuses them with an error of the repository; it never breaks.
/// </summary>
public sealed class FormatFuzzTests
{
    private static readonly ManifestFile Manifests = new(Guid.Empty, new byte[32]);
    private static readonly BackupId Backup = BackupId.Parse("backup");

    /// <summary>A few bytes overwritten, and the length changed.</summary>
    private static readonly Gen<(int, byte)[]> Mutations = Gen.Select(Gen.Int[0, 400], Gen.Byte).Array[0, 6];

    [Fact]
    public void Pack_headers() => Fuzz(
        Written(PackHeader.SizeBytes, new PackHeader(Guid.Empty, new PackId(1), PackType.Data).Write),
        bytes => PackHeader.Read(bytes, "file"));

    [Fact]
    public void Pack_trailers() => Fuzz(
        Written(PackTrailer.SizeBytes, new PackTrailer(1, 2, 3, default).Write),
        bytes => PackTrailer.Read(bytes, "file"));

    [Fact]
    public void Index_headers() => Fuzz(
        Written(IndexHeader.SizeBytes, new IndexHeader(Guid.Empty, new SegmentId(1), 1, 1, 1).Write),
        bytes => IndexHeader.Read(bytes, "file"));

    [Fact]
    public void Index_trailers() => Fuzz(
        Written(IndexTrailer.SizeBytes, new IndexTrailer(1, 2, default).Write),
        bytes => IndexTrailer.Read(bytes, "file"));

    [Fact]
    public void Manifest_files() => Fuzz(Manifests.Write(Example()), bytes => Manifests.Read(bytes, Backup, "file"));

    /// <summary>The digest is made again, as by somebody who holds the key.</summary>
    [Fact]
    public void Manifest_files_with_a_digest_that_fits() => Fuzz(
        Manifests.Write(Example()),
        bytes =>
        {
            if (bytes.Length >= 32)
            {
                Chunkstore.Hashing.Blake3.HashKeyed(new byte[32], bytes.AsSpan(..^32), bytes.AsSpan(^32..));
            }

            Manifests.Read(bytes, Backup, "file");
        });

    [Fact]
    public void Configurations() => Fuzz(
        RepositoryConfigFile.Write(new RepositoryConfig
        {
            Format = RepositoryConfig.FormatName,
            Version = 1,
            MinimumReaderVersion = 1,
            MinimumWriterVersion = 1,
            RepositoryId = Guid.NewGuid(),
            ChunkSizeBytes = 4096,
            Chunker = "fixed",
            Hash = "blake3-keyed",
            Encryption = "none",
            KeySlots = [],
            IdKey = new string('0', 64),
            CreatedAt = DateTimeOffset.UnixEpoch,
            Checksum = "",
        }),
        bytes => RepositoryConfigFile.Read(bytes, "file"));

    [Fact]
    public void Records() => Fuzz(
        Written(RecordHeader.SizeBytes + 8, new RecordHeader(RecordEncoding.Raw, 8, 8, default).Write),
        bytes =>
        {
            if (!RecordHeader.TryRead(bytes, out _, out var fault))
            {
                Assert.NotEmpty(fault);
            }
        });

    private static Manifest Example() => new()
    {
        BackupId = Backup,
        VolumeId = "völume",
        ParentId = BackupId.Parse("parent"),
        CreatedAt = DateTimeOffset.UnixEpoch,
        Root = new TreeRoot(new TreeShape(1000, 4096), default),
        BaseToken = "token",
        Statistics = new BackupStatistics
        {
            BytesRead = 1,
            ZeroBytes = 2,
            BytesUnchanged = 3,
            ChunksNew = 4,
            BytesNew = 5,
            BytesStored = 6,
            MetadataBytes = 7,
        },
    };

    private delegate void WriteTo(Span<byte> bytes);

    private static byte[] Written(int length, WriteTo write)
    {
        var bytes = new byte[length];
        write(bytes);
        return bytes;
    }

    private static void Fuzz(byte[] good, Action<byte[]> read)
    {
        read([.. good]);
        Gen.Select(Mutations, Gen.Int[-40, 40]).Sample(
            (mutations, longer) =>
            {
                var bytes = new byte[Math.Max(0, good.Length + (longer > 10 || longer < -10 ? longer : 0))];
                good.AsSpan(0, Math.Min(good.Length, bytes.Length)).CopyTo(bytes);
                foreach (var (place, value) in mutations.Where(mutation => mutation.Item1 < bytes.Length))
                {
                    bytes[place] = value;
                }

                try
                {
                    read(bytes);
                }
                catch (RepositoryException)
                {
                    // What a parser is allowed to answer.
                }
            },
            iter: 20_000);
    }
}
