using BackupEngine.Chunkstore.Compression;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Packs;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Fuzzing;

/// <summary>What a pack is made of.</summary>
internal static class PackTargets
{
    private const int PlainBytes = 200_000;

    private static readonly ChunkHasher Hasher = new(new byte[32]);
    private static readonly byte[] Plain = [.. Enumerable.Range(0, PlainBytes).Select(i => (byte)(i * i / 700))];

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new(
            "pack header",
            [Written(PackHeader.SizeBytes, new PackHeader(Guid.Empty, new PackId(1), PackType.Data).Write)],
            bytes => PackHeader.Read(bytes, "file"),
            8192) { Seal = Seals.CrcAt(60) },
        new(
            "pack trailer",
            [Written(PackTrailer.SizeBytes, new PackTrailer(1, 2, 3, default).Write)],
            bytes => PackTrailer.Read(bytes, "file"),
            8192) { Seal = Seals.CrcAt(52) },
        new("record", [Record(4096), Record(PlainBytes)], ReadRecord, 64 * 1024) { Seal = Seals.CrcAround(48) },
        new("compressed chunk", [Compressed(4096), Compressed(PlainBytes)], Decompress, 64 * 1024),
    ];

    private delegate void WriteTo(Span<byte> bytes);

    private static byte[] Written(int length, WriteTo write)
    {
        var bytes = new byte[length];
        write(bytes);
        return bytes;
    }

    private static byte[] Record(int plainBytes)
    {
        var encoder = new RecordEncoder(plainBytes, encrypts: false);
        var plain = Plain.AsMemory(0, plainBytes);
        var header = encoder.Encode(Hasher.Hash(plain.Span), plain, CompressionAlgorithm.Lz4);
        return encoder.Record(header).ToArray();
    }

    private static byte[] Compressed(int plainBytes)
    {
        var stored = new byte[ChunkCompressor.MaxCompressedBytes(plainBytes)];
        var length = ChunkCompressor.TryCompress(Plain.AsSpan(0, plainBytes), stored);
        return stored[..length];
    }

    /// <summary>A chunk that comes back is the chunk that was asked for.</summary>
    private static void ReadRecord(byte[] bytes)
    {
        foreach (var length in new[] { 4096, PlainBytes })
        {
            var wanted = Plain.AsSpan(0, length);
            var place = Scratch.AsSpan(0, length);
            if (RecordDecoder.Decode(bytes, default, Hasher.Hash(wanted), Hasher, opener: null, place).Length == 0)
            {
                Assert.True(place.SequenceEqual(wanted), "wrong bytes were returned as good");
            }
        }
    }

    private static void Decompress(byte[] bytes)
    {
        ChunkCompressor.Decompress(bytes, Scratch.AsSpan(0, bytes.Length > 4096 ? PlainBytes : 4096));
    }

    [ThreadStatic]
    private static byte[]? _scratch;

    private static byte[] Scratch => _scratch ??= new byte[PlainBytes];
}
