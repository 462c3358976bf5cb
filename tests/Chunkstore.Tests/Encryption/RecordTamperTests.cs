using BackupEngine.Chunkstore.Compression;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Packs;
using CsCheck;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Encryption;

/// <summary>
/// An encrypted record is what was written, or refused: also by somebody who makes every checksum right again, and
/// knows ids and packs.
/// </summary>
public sealed class RecordTamperTests : IDisposable
{
    private static readonly PackId Pack = new(1);
    private static readonly PackId OtherPack = new(2);
    private static readonly ChunkHasher Hasher = new(new byte[32]);

    private readonly MasterKey _master = MasterKey.Create();
    private readonly DataKeys _keys;
    private readonly RecordOpener _opener;

    public RecordTamperTests()
    {
        _keys = new DataKeys(_master, Guid.NewGuid());
        _opener = new RecordOpener(_keys);
    }

    public void Dispose()
    {
        _opener.Dispose();
        _keys.Dispose();
        _master.Dispose();
    }

    [Fact]
    public void Every_chunk_comes_back() => Gen.Select(Gen.Int[1, 200_000], Gen.Int[0, 3], Gen.Bool).Sample(
        (length, kind, compress) =>
        {
            var plain = Plain(length, kind);
            var record = Record(plain, Pack, compress ? CompressionAlgorithm.Lz4 : CompressionAlgorithm.None);
            var read = new byte[length];
            Assert.Equal("", Decode(record, Pack, Hasher.Hash(plain), read));
            Assert.True(read.AsSpan().SequenceEqual(plain));
        },
        iter: 200,
        threads: 1);

    [Theory]
    [InlineData(CompressionAlgorithm.Lz4)]
    [InlineData(CompressionAlgorithm.None)]
    public void Every_flipped_bit_is_refused_though_the_checksum_is_made_right_again(CompressionAlgorithm compression)
    {
        var plain = Plain(700, kind: 1);
        var id = Hasher.Hash(plain);
        var good = Record(plain, Pack, compression);
        var flips = 0;
        for (var bit = 0; bit < good.Length * 8; bit++)
        {
            var record = good.ToArray();
            record[bit / 8] ^= (byte)(1 << (bit % 8));
            AssertRefused(record, Pack, id, plain.Length);
            BitConverter.TryWriteBytes(record.AsSpan(48), Checksum(record));
            if (bit / 8 is < 48 or >= 52)
            {
                AssertRefused(record, Pack, id, plain.Length);
                flips++;
            }
        }

        Assert.Equal((good.Length - 4) * 8, flips);
        Counts.Report("Bits of an encrypted record flipped, the checksum made right, refused", flips);
    }

    [Fact]
    public void A_record_is_refused_in_the_place_of_another_and_in_another_pack()
    {
        var (one, two) = (Plain(500, kind: 0), Plain(500, kind: 2));
        var record = Record(one, Pack, CompressionAlgorithm.None);
        AssertRefused(record, Pack, Hasher.Hash(two), two.Length);
        AssertRefused(record, OtherPack, Hasher.Hash(one), one.Length);

        // A header that claims the other chunk, before the body of this one.
        RecordHeader.TryRead(record, out var header, out _);
        (header with { Id = Hasher.Hash(two) }).Write(record);
        AssertRefused(record, Pack, Hasher.Hash(two), two.Length);
    }

    [Fact]
    public void Lengths_and_encoding_cannot_be_changed()
    {
        var plain = Plain(4096, kind: 1);
        var id = Hasher.Hash(plain);
        var record = Record(plain, Pack, CompressionAlgorithm.Lz4);
        Assert.True(RecordHeader.TryRead(record, out var header, out _));
        RecordHeader[] changed =
        [
            header with { StoredLength = header.StoredLength - 1 },
            header with { PlainLength = header.PlainLength + 1 },
            header with { Encoding = RecordEncoding.Raw },
            header with { IsEncrypted = false },
        ];
        Assert.All(changed, other =>
        {
            var copy = record.ToArray();
            other.Write(copy);
            AssertRefused(copy, Pack, id, other.PlainLength);
        });
    }

    [Fact]
    public void A_record_in_the_clear_is_refused_where_records_are_encrypted_and_the_other_way_round()
    {
        var plain = Plain(100, kind: 0);
        using var encoder = new RecordEncoder(plain.Length, encrypts: false);
        var clear = encoder.Record(encoder.Encode(Hasher.Hash(plain), plain, CompressionAlgorithm.None)).ToArray();
        AssertRefused(clear, Pack, Hasher.Hash(plain), plain.Length);
        var record = Record(plain, Pack, CompressionAlgorithm.None);
        var read = new byte[plain.Length];
        Assert.NotEqual("", RecordDecoder.Decode(record, Pack, Hasher.Hash(plain), Hasher, opener: null, read));
        Assert.Equal("", RecordDecoder.Decode(clear, Pack, Hasher.Hash(plain), Hasher, opener: null, read));
    }

    [Fact]
    public void A_record_of_another_repository_or_epoch_is_refused()
    {
        var plain = Plain(100, kind: 0);
        var record = Record(plain, Pack, CompressionAlgorithm.None);
        using var otherKeys = new DataKeys(_master, Guid.NewGuid());
        using var other = new RecordOpener(otherKeys);
        var read = new byte[plain.Length];
        Assert.NotEqual("", RecordDecoder.Decode(record, Pack, Hasher.Hash(plain), Hasher, other, read));
        Assert.True(RecordHeader.TryRead(record, out var header, out _));
        RecordSeal.SetEpoch(record.AsSpan(RecordHeader.SizeBytes + header.EncodedLength), 2);
        header.WriteChecksum(record);
        AssertRefused(record, Pack, Hasher.Hash(plain), plain.Length);
    }

    private static byte[] Plain(int length, int kind)
    {
        var plain = new byte[length];
        new Random(length + kind).NextBytes(plain);
        if (kind > 0)
        {
            for (var i = 0; i < length; i++)
            {
                plain[i] = (byte)(plain[i] % (kind * 3));
            }
        }

        return plain;
    }

    private static uint Checksum(byte[] record) =>
        Crc32C.Append(Crc32C.Compute(record.AsSpan(0, 48)), record.AsSpan(RecordHeader.SizeBytes));

    private byte[] Record(byte[] plain, PackId pack, CompressionAlgorithm compression)
    {
        using var key = new PackKey(_keys, pack, KeyStore.FirstEpoch);
        using var encoder = new RecordEncoder(plain.Length, encrypts: true);
        var header = encoder.Encode(Hasher.Hash(plain), plain, compression);
        Assert.True(encoder.TrySeal(header, key));
        return encoder.Record(header).ToArray();
    }

    private string Decode(byte[] record, PackId pack, ChunkId id, byte[] plain) =>
        RecordDecoder.Decode(record, pack, id, Hasher, _opener, plain);

    private void AssertRefused(byte[] record, PackId pack, ChunkId id, int length) =>
        Assert.NotEqual("", Decode(record, pack, id, new byte[length]));
}
