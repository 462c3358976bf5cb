using BackupEngine.DataPlane.Backup;
using CsCheck;

namespace BackupEngine.DataPlane.Tests.Backup;

public sealed class ReadBatchTests
{
    private static readonly Gen<(int Chunk, int Io, long[] Chunks, int LastLength)> AnyCase =
        from chunkShift in Gen.Int[12, 18]
        from ioShift in Gen.Int[16, 18]
        from chunks in Gen.Long[0, 40].Array[1, 64]
        from lastLength in Gen.Int[1, 1 << chunkShift]
        select (1 << chunkShift, 1 << ioShift, chunks.Distinct().Order().ToArray(), lastLength);

    [Fact]
    public void Every_chunk_is_read_whole_to_its_place_in_transfers_of_at_most_the_io_size() => AnyCase.Sample(one =>
    {
        var (chunk, io, chunks, lastLength) = one;
        var bufferBytes = Math.Max(chunk, io);
        var batch = new ReadBatch(bufferBytes, chunk, io);
        var taken = chunks.Take(bufferBytes / chunk).ToArray();
        foreach (var index in taken)
        {
            Assert.True(batch.HasRoom);
            batch.Add(index * chunk, index == taken[^1] ? lastLength : chunk);
        }

        var buffer = Enumerable.Repeat(-1L, bufferBytes).ToArray();
        for (var i = 0; i < batch.Count; i++)
        {
            var piece = batch[i];
            Assert.InRange(piece.LengthBytes, 1, io);
            var place = buffer.AsSpan(piece.BufferOffset, piece.LengthBytes);
            Assert.False(place.ContainsAnyExcept(-1L), "two pieces go to the same place");
            for (var b = 0; b < place.Length; b++)
            {
                place[b] = piece.OffsetBytes + b;
            }
        }

        for (var slot = 0; slot < taken.Length; slot++)
        {
            var length = slot == taken.Length - 1 ? lastLength : chunk;
            Assert.Equal(taken[slot] * chunk, buffer[slot * chunk]);
            Assert.Equal((taken[slot] * chunk) + length - 1, buffer[(slot * chunk) + length - 1]);
        }

        Assert.Equal(taken.Length * chunk, batch.FilledBytes);
        Assert.Equal(((taken.Length - 1) * chunk) + lastLength, batch.BytesToRead);
    }, iter: 200);

    [Fact]
    public void Neighbours_are_read_together()
    {
        var batch = new ReadBatch(16 * 4096, 4096, 16 * 4096);
        for (var i = 0; i < 16; i++)
        {
            batch.Add((i + (i < 8 ? 0 : 100)) * 4096, 4096);
        }

        Assert.Equal(2, batch.Count);
        Assert.False(batch.HasRoom);
    }
}
