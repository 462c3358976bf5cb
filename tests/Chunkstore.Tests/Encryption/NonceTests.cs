using System.Buffers.Binary;
using BackupEngine.Chunkstore.Compression;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Tests.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Encryption;

/// <summary>No nonce is used twice under one key: not by many lanes, not when packs roll over under them.</summary>
public sealed class NonceTests : IDisposable
{
    private const int ChunkSize = 4096;

    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();
    private readonly MasterKey _master = MasterKey.Create();
    private readonly DataKeys _keys;

    public NonceTests() => _keys = new DataKeys(_master, Guid.NewGuid());

    public void Dispose()
    {
        _keys.Dispose();
        _master.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Millions_of_nonces_from_many_lanes_are_all_different()
    {
        const int lanes = 8;
        var perLane = (int)Math.Min(500_000L * Counts.Times, 250_000_000);
        using var key = new PackKey(_keys, new PackId(1), KeyStore.FirstEpoch);
        var seen = new int[((lanes * perLane) / 32) + 1];
        ulong prefix = 0;
        Parallel.For(0, lanes, _ =>
        {
            Span<byte> nonce = stackalloc byte[RecordSeal.NonceBytes];
            for (var i = 0; i < perLane; i++)
            {
                key.TakeNonce(nonce);
                var number = BinaryPrimitives.ReadUInt32LittleEndian(nonce[8..]);
                var bit = 1 << (int)(number % 32);
                Assert.Equal(0, Interlocked.Or(ref seen[number / 32], bit) & bit);
                Interlocked.Or(ref prefix, BinaryPrimitives.ReadUInt64LittleEndian(nonce));
            }
        });
        Span<byte> last = stackalloc byte[RecordSeal.NonceBytes];
        key.TakeNonce(last);
        Assert.Equal((uint)(lanes * perLane), BinaryPrimitives.ReadUInt32LittleEndian(last[8..]));
        Assert.Equal(prefix, BinaryPrimitives.ReadUInt64LittleEndian(last));
        Counts.Report("Nonces of one pack, all different", (long)lanes * perLane);
    }

    [Fact]
    public void Two_packs_of_one_id_have_nonces_of_their_own()
    {
        using var one = new PackKey(_keys, new PackId(1), KeyStore.FirstEpoch);
        using var two = new PackKey(_keys, new PackId(1), KeyStore.FirstEpoch);
        var nonces = new[] { new byte[RecordSeal.NonceBytes], new byte[RecordSeal.NonceBytes] };
        one.TakeNonce(nonces[0]);
        two.TakeNonce(nonces[1]);
        Assert.NotEqual(nonces[0], nonces[1]);
    }

    [Fact]
    public void A_record_that_was_sealed_again_has_another_nonce_and_an_ended_pack_seals_no_more()
    {
        var key = new PackKey(_keys, new PackId(1), KeyStore.FirstEpoch);
        using var encoder = new RecordEncoder(100, encrypts: true);
        var header = encoder.Encode(new ChunkId(new byte[32]), new byte[100], CompressionAlgorithm.None);
        Assert.True(encoder.TrySeal(header, key));
        var first = encoder.Record(header).ToArray();
        Assert.True(encoder.TrySeal(header, key));
        Assert.NotEqual(NonceOf(first, header), NonceOf(encoder.Record(header).ToArray(), header));
        key.Dispose();
        using var late = new RecordEncoder(100, encrypts: true);
        header = late.Encode(new ChunkId(new byte[32]), new byte[100], CompressionAlgorithm.None);
        Assert.False(late.TrySeal(header, key));
    }

    [Fact]
    public async Task Packs_that_roll_over_under_many_lanes_are_whole_and_use_each_nonce_once()
    {
        using var secret = TestKeys.File();
        using var repository = Repository.Create(
            _directory.Sub("repository"), TestKeys.Options(ChunkSize, secret));
        var random = new byte[ChunkSize * 3000];
        new Random(5).NextBytes(random);
        var volume = new TestVolume(ChunkSize, random);
        var options = volume.Options("one") with { PackSizeBytes = 64 * 1024 };
        await using (var writer = repository.BeginBackup(options))
        {
            await Parallel.ForAsync(
                0, 3000, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (chunk, token) =>
                {
                    var plain = random.AsMemory(chunk * ChunkSize, ChunkSize);
                    await writer.StoreAsync(repository.ChunkHasher.Hash(plain.Span), plain, token);
                });
            await volume.BackUpAsync(repository, writer);
        }

        await volume.AssertRestoresAsync(repository, "one");
        var (records, highest) = (0, 0L);
        var packs = _directory.Sub("repository") + "/packs";
        foreach (var pack in Directory.GetFiles(packs, "*", SearchOption.AllDirectories))
        {
            var numbers = Numbers(await File.ReadAllBytesAsync(pack, TestContext.Current.CancellationToken));
            Assert.Equal(numbers.Count, numbers.Distinct().Count());
            records += numbers.Count;
            highest += numbers.Max() + 1;
        }

        Assert.True(records >= 3000 && highest >= records);
        Counts.Report("Records encrypted again because their pack was ended under them", highest - records);
    }

    private static byte[] NonceOf(byte[] record, in RecordHeader header) =>
        [.. RecordSeal.Nonce(record.AsSpan(RecordHeader.SizeBytes + header.EncodedLength))];

    private static List<long> Numbers(byte[] pack)
    {
        var trailer = PackTrailer.Read(pack.AsSpan(^PackTrailer.SizeBytes..), "pack");
        var numbers = new List<long>();
        for (var offset = PackHeader.SizeBytes; offset < trailer.DirectoryOffset;)
        {
            Assert.True(RecordHeader.TryRead(pack.AsSpan(offset), out var header, out var fault), fault);
            var nonce = NonceOf(pack[offset..(offset + header.RecordLength)], header);
            numbers.Add(BinaryPrimitives.ReadUInt32LittleEndian(nonce.AsSpan(8)));
            offset += header.RecordLength;
        }

        return numbers;
    }
}
