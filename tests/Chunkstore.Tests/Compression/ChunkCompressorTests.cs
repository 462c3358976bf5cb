using BackupEngine.Chunkstore.Compression;
using BackupEngine.Chunkstore.Errors;
using CsCheck;
using K4os.Compression.LZ4;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Compression;

public sealed class ChunkCompressorTests
{
    private const int Block = ChunkCompressor.SubBlockBytes;

    private static readonly int[] Edges =
        [Block - 1, Block, Block + 1, 2 * Block, (2 * Block) + 1, 1 << 20, 4 << 20];

    private static readonly Gen<int> Lengths = Gen.OneOf(
        Gen.Int[0, 300],
        Gen.Int[0, 400_000],
        Gen.Int[0, 6].Select(i => Edges[i]));

    [Fact]
    public void Any_chunk_comes_back_or_is_left_uncompressed() =>
        ChunkData.Any(Lengths).Sample(plain =>
        {
            var stored = Compress(plain);
            return stored is null
                || (stored.Length < plain.Length && Decompress(stored, plain.Length).SequenceEqual(plain));
        }, iter: 300);

    [Theory]
    [InlineData(512)]
    [InlineData(Block)]
    [InlineData(1 << 20)]
    [InlineData(4 << 20)]
    public void Noise_is_left_uncompressed(int length) =>
        Assert.Null(Compress(ChunkData.Make(length, kind: 1, seed: 7)));

    [Theory]
    [InlineData(4096)]
    [InlineData(Block)]
    [InlineData(1 << 20)]
    public void Text_shrinks_to_less_than_half(int length) =>
        Assert.True(Compress(ChunkData.Make(length, kind: 2, seed: 7))!.Length < length / 2);

    [Fact]
    public void An_empty_chunk_is_left_uncompressed() => Assert.Null(Compress([]));

    [Fact]
    public void Up_to_64_KiB_the_stored_form_is_a_bare_LZ4_block()
    {
        var plain = ChunkData.Make(Block, kind: 2, seed: 1);
        var decoded = new byte[Block];
        Assert.Equal(Block, LZ4Codec.Decode(Compress(plain), decoded));
        Assert.Equal(plain, decoded);
    }

    [Fact]
    public void Above_64_KiB_a_table_of_lengths_leads_and_a_sub_block_of_noise_lies_there_as_it_is()
    {
        var text = ChunkData.Make(Block, kind: 2, seed: 1);
        var noise = ChunkData.Make(Block, kind: 1, seed: 2);
        var tail = new byte[100];
        var stored = Compress([.. text, .. noise, .. tail])!;

        var lengths = Enumerable.Range(0, 3).Select(i => BitConverter.ToUInt16(stored, i * 2) + 1).ToArray();
        Assert.Equal(stored.Length, 6 + lengths.Sum());
        Assert.Equal(Block, lengths[1]);
        Assert.Equal(noise, stored[(6 + lengths[0])..(6 + lengths[0] + Block)]);
        var decoded = new byte[Block];
        Assert.Equal(Block, LZ4Codec.Decode(stored.AsSpan(6, lengths[0]), decoded));
        Assert.Equal(text, decoded);
    }

    [Fact]
    public void Less_room_than_asked_for_is_refused()
    {
        var room = ChunkCompressor.MaxCompressedBytes(Block);
        Assert.InRange(room, Block, Block + 1024);
        Assert.Throws<ArgumentException>(() => ChunkCompressor.TryCompress(new byte[Block], new byte[room - 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ChunkCompressor.MaxCompressedBytes((4 << 20) + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ChunkCompressor.MaxCompressedBytes(-1));
    }

    [Fact]
    public void Compressing_and_decompressing_allocate_nothing()
    {
        var plain = ChunkData.Make(1 << 20, kind: 3, seed: 3);
        var stored = new byte[ChunkCompressor.MaxCompressedBytes(plain.Length)];
        var bytes = ChunkCompressor.TryCompress(plain, stored);
        ChunkCompressor.Decompress(stored.AsSpan(0, bytes), plain);

        Assert.Equal(0, ThreadAllocations.Of(() => ChunkCompressor.TryCompress(plain, stored)));
        Assert.Equal(0, ThreadAllocations.Of(() => ChunkCompressor.Decompress(stored.AsSpan(0, bytes), plain)));
    }

    internal static byte[]? Compress(byte[] plain)
    {
        var destination = new byte[ChunkCompressor.MaxCompressedBytes(plain.Length)];
        var bytes = ChunkCompressor.TryCompress(plain, destination);
        return bytes == 0 ? null : destination[..bytes];
    }

    private static byte[] Decompress(byte[] stored, int plainBytes)
    {
        var plain = new byte[plainBytes];
        ChunkCompressor.Decompress(stored, plain);
        return plain;
    }
}
