using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Format;

/// <summary>
/// The byte tables of docs/format.md, field by field: what stands here can never change within a version.
/// </summary>
public sealed class FormatTests
{
    private static readonly Guid RepositoryId = new("00112233-4455-6677-8899-aabbccddeeff");
    private static readonly UInt128 Id = new(0x0123456789abcdef, 0x0123456789abcdef);
    private static readonly ChunkId Chunk = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);

    [Fact]
    public void Pack_header()
    {
        var bytes = new byte[PackHeader.SizeBytes];
        var header = new PackHeader(RepositoryId, new PackId(Id), PackType.Metadata);
        header.Write(bytes);
        AssertBytes(
            bytes[..60],
            "42455041434b4844 0100 0100 02 000000 00112233445566778899aabbccddeeff 0123456789abcdef0123456789abcdef",
            "00000000 0000000000000000");
        Assert.Equal(Crc32C.Compute(bytes.AsSpan(0, 60)), BitConverter.ToUInt32(bytes, 60));
        Assert.Equal(header, PackHeader.Read(bytes, "pack"));
    }

    [Fact]
    public void Record()
    {
        var record = new byte[RecordHeader.SizeBytes + 3];
        "abc"u8.CopyTo(record.AsSpan(RecordHeader.SizeBytes));
        var header = new RecordHeader(RecordEncoding.Lz4, 3, 0x10000, Chunk);
        header.Write(record);
        AssertBytes(
            record[..48],
            "42457263 01 00 01 00 03000000 00000100",
            "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20");
        Assert.Equal(Crc32C.Compute([.. record[..48], .. "abc"u8]), BitConverter.ToUInt32(record, 48));
        Assert.True(RecordHeader.TryRead(record, out var read, out _));
        Assert.Equal(header, read);
    }

    [Fact]
    public void Pack_directory_and_trailer()
    {
        var line = new byte[PackEntry.SizeBytes];
        var entry = new PackEntry(Chunk, 0x01020304, 0x100, 0x010000, RecordEncoding.Lz4);
        entry.Write(line);
        AssertBytes(line[32..], "04030201 00010000 00000101");
        Assert.Equal(entry, PackEntry.Read(line, "pack"));
        var bytes = new byte[PackTrailer.SizeBytes];
        var trailer = new PackTrailer(5, 0x1122, 0x33445566, Chunk);
        trailer.Write(bytes);
        AssertBytes(bytes[..16], "05000000 66554433 2211000000000000");
        AssertBytes(bytes[48..52], "00000000");
        AssertBytes(bytes[56..], "42455041434b544c");
        Assert.Equal(trailer, PackTrailer.Read(bytes, "pack"));
    }

    [Fact]
    public void Index_header_and_trailer()
    {
        var bytes = new byte[IndexHeader.SizeBytes];
        var header = new IndexHeader(RepositoryId, new SegmentId(Id), 1000, 3, 47);
        header.Write(bytes);
        AssertBytes(
            bytes[..64],
            "4245494e44584844 0100 0100 2000 0100 00112233445566778899aabbccddeeff 0123456789abcdef0123456789abcdef",
            "e803000000000000 03000000 2f000000");
        Assert.Equal(header, IndexHeader.Read(bytes, "segment"));
        Assert.Equal(128 + (3 * 64) + (47 * 32) + 32 + (1000 * 32) + 64, header.FileLength);
        var end = new byte[IndexTrailer.SizeBytes];
        var trailer = new IndexTrailer(0x1122, 0x33445566, Chunk);
        trailer.Write(end);
        AssertBytes(end[32..52], "2211000000000000 66554433 0000000000000000");
        AssertBytes(end[56..], "4245494e4458544c");
        Assert.Equal(trailer, IndexTrailer.Read(end, "segment"));
    }

    [Fact]
    public void Index_pack_and_entry()
    {
        var line = new byte[IndexPack.SizeBytes];
        var pack = new IndexPack(new PackId(Id), PackType.Data, 7, 0x1122, Chunk);
        pack.Write(line);
        AssertBytes(line[48..], "2211000000000000 07000000 01 000000");
        Assert.Equal(pack, IndexPack.Read(line, "segment"));
        var bytes = new byte[IndexEntry.SizeBytes];
        var entry = new IndexEntry(Id, 1, 2, 3, PlainLengthAndFlags.Pack(4, RecordEncoding.Lz4));
        entry.Write(bytes);
        AssertBytes(bytes, "0123456789abcdef0123456789abcdef 01000000 02000000 03000000 04000001");
        Assert.Equal(entry, IndexEntry.Read(bytes));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(13)]
    [InlineData(52)]
    public void A_field_that_this_version_does_not_know_is_refused(int offset)
    {
        var bytes = new byte[PackHeader.SizeBytes];
        new PackHeader(RepositoryId, new PackId(Id), PackType.Data).Write(bytes);
        bytes[offset] = 9;
        BitConverter.TryWriteBytes(bytes.AsSpan(60), Crc32C.Compute(bytes.AsSpan(0, 60)));
        Assert.ThrowsAny<RepositoryException>(() => PackHeader.Read(bytes, "pack"));
    }

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(2, 1, true)]
    [InlineData(2, 2, false)]
    [InlineData(0, 0, false)]
    public void A_newer_version_is_read_where_it_says_that_it_can_be(int version, int minimum, bool readable)
    {
        var error = Record(() => FormatVersion.RequireReadable(version, minimum, "file"));
        Assert.Equal(readable, error is null);
        if (error is not null)
        {
            Assert.Contains($"format version {version}", error.Message, StringComparison.Ordinal);
            Assert.Contains("reads versions 1 to 1", error.Message, StringComparison.Ordinal);
        }

        static Exception? Record(Action action) => Xunit.Record.Exception(action);
    }

    private static void AssertBytes(byte[] bytes, params string[] hex) => Assert.Equal(
        string.Concat(hex).Replace(" ", "", StringComparison.Ordinal), Convert.ToHexStringLower(bytes));
}
