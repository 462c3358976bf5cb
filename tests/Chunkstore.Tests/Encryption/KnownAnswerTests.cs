using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Encryption;

/// <summary>
/// What keys come out of which, and what is encrypted how: calculated once by another program (Python, its own BLAKE3,
/// the AES-GCM and Argon2id of its `cryptography`) from docs/format.md. Can never change within a version.
/// </summary>
public sealed class KnownAnswerTests : IDisposable
{
    private static readonly Guid RepositoryId = new("00112233-4455-6677-8899-aabbccddeeff");
    private static readonly PackId Pack = new(new UInt128(0x0123456789abcdef, 0x0123456789abcdef));

    private readonly MasterKey _master = new(SecretBytes.Copy(Count(0, 32)));
    private readonly DataKeys _keys;

    public KnownAnswerTests() => _keys = new DataKeys(_master, RepositoryId);

    public void Dispose()
    {
        _keys.Dispose();
        _master.Dispose();
    }

    [Fact]
    public void Keys_from_the_master_key()
    {
        AssertHex("54de2a8c489d276a628642569585909e4eaf17564dc5c20ea072e473bb30bb31", _master.IdKey());
        AssertHex("3a80e2b497f10d792e2eb6f22a6c538eb30a71530f19a3b84d96d0705f2b056b", _master.EpochsKey());
        using var first = _master.DataKey(1);
        using var second = _master.DataKey(2);
        AssertHex("d91eb08c113266011f68d70a2d776b8f8842e3ccdb09655def1cc929f850630f", first.Bytes);
        AssertHex("fbdb1d8a33db8ce26e36c546c08aeb882cb4a56eec49081153335c1637bba973", second.Bytes);
    }

    [Theory]
    [InlineData(1, "95f8064cfe74c7f4b0cfed6b9eefc2d054d8965b51b3f18d4877553bb3ecb3e6")]
    [InlineData(2, "dd863996b9e123e5fe86508843616a4d45bfc75661a561bd84e36223cc52f695")]
    public void Key_of_a_pack(uint epoch, string expected)
    {
        var key = new byte[MasterKey.SizeBytes];
        _keys.PackKey(Pack, epoch, key);
        AssertHex(expected, key);
    }

    [Fact]
    public void An_encrypted_record()
    {
        var record = new byte[RecordHeader.SizeBytes + 3 + RecordSeal.SizeBytes];
        Convert.FromHexString("04835401000000111111111111111105000000e7c067eb502718ba23d77c08cf564984")
            .CopyTo(record, RecordHeader.SizeBytes);
        var id = new ChunkId(Count(1, 32));
        new RecordHeader(RecordEncoding.Raw, 3 + RecordSeal.SizeBytes, 3, id, IsEncrypted: true).Write(record);
        Assert.Equal("42457263010100002300000003000000", Convert.ToHexString(record[..16]));
        Assert.True(RecordHeader.TryRead(record, out var header, out var fault), fault);
        using var opener = new RecordOpener(_keys);
        var plain = new byte[3];
        Assert.True(opener.TryOpen(Pack, record, header, plain));
        Assert.Equal("abc"u8, plain);
    }

    [Fact]
    public void A_sealed_text()
    {
        var text = Convert.FromHexString(
            "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"
            + "e4dc89b1631ccbc0c059c3fb706113baf11a949f87e7f9");
        Assert.Equal("private"u8, _keys.TryOpen(1, "public"u8, text)!);
        Assert.Null(_keys.TryOpen(2, "public"u8, text));
        Assert.Null(_keys.TryOpen(1, "Public"u8, text));
    }

    [Fact]
    public void A_slot_of_a_key_file()
    {
        var wrapped = "e7547afd42c5aa1e87abc932e2d75a424be666a23b5b7aeeed7917b8fcd4a9ab"
            + "1f1fcaa2494e01fafd4984068483fd9b";
        using var secret = RepositorySecret.FromKeyFile(Count(100, 40));
        using var master = KeySlot.TryUnwrap(Slot("key-file", "blake3", 0, 0, wrapped, "cellar"), secret);
        Assert.Equal(_master.Bytes, master!.Bytes);
    }

    [Fact]
    public void A_slot_of_a_passphrase()
    {
        var wrapped = "020b6278799a51be8958d7a5a5c77941069208ebc1d64a259454a98962b2f2b6"
            + "45e5fa2e35f2075f3c4d56524d068bde";
        using var secret = RepositorySecret.FromPassphrase("correct horse");
        using var master = KeySlot.TryUnwrap(Slot("passphrase", "argon2id", 64, 2, wrapped, "paper"), secret);
        Assert.Equal(_master.Bytes, master!.Bytes);
    }

    [Fact]
    public void The_digest_of_an_epoch() => Assert.Equal(
        "a17a86a465ea82be543522968c1c34485c1e28c09422f5d5633a2d9008a7e76f",
        KeyEpochRecord.DigestOf(_master, RepositoryId, 2));

    private static KeySlotRecord Slot(
        string kind, string derivation, int memory, int passes, string wrapped, string label) => new()
        {
            Version = 1,
            MinimumReaderVersion = 1,
            SlotId = "00000000000000000000000000000007",
            RepositoryId = RepositoryId,
            Kind = kind,
            Derivation = derivation,
            MemoryKiB = memory,
            Passes = passes,
            Salt = "000102030405060708090a0b0c0d0e0f",
            WrappedKey = wrapped,
            Label = label,
            CreatedAt = DateTimeOffset.UnixEpoch,
        };

    private static byte[] Count(int first, int length) =>
        [.. Enumerable.Range(first, length).Select(value => (byte)value)];

    private static void AssertHex(string expected, ReadOnlySpan<byte> actual) =>
        Assert.Equal(expected, Convert.ToHexStringLower(actual));
}
