namespace BackupEngine.Chunkstore.Hashing;

/// <summary>
/// One node of the tree at a time: a leaf of up to 1,024 bytes, or a parent over two chaining values.
/// </summary>
/// <remarks>Source: the BLAKE3 paper, section 2.4 (its chunks are leaves here) and 2.5.</remarks>
internal static unsafe class Blake3Node
{
    /// <summary>
    /// The chaining value of a leaf; <paramref name="rootFlag"/> is set where the leaf is the whole input.
    /// </summary>
    public static Blake3Words Leaf(in Blake3Mode mode, ReadOnlySpan<byte> leaf, ulong counter, uint rootFlag = 0)
    {
        var words = mode.Key;
        var start = Blake3Constants.LeafStart;
        fixed (byte* bytes = leaf)
        {
            var offset = 0;
            for (; leaf.Length - offset > Blake3Constants.BlockBytes; offset += Blake3Constants.BlockBytes)
            {
                var flags = mode.Flags | start;
                Compress(mode.Kernel, ref words, bytes + offset, counter, Blake3Constants.BlockBytes, flags);
                start = 0;
            }

            var end = mode.Flags | start | Blake3Constants.LeafEnd | rootFlag;
            CompressLast(mode.Kernel, ref words, leaf[offset..], counter, end);
        }

        return words;
    }

    /// <summary>
    /// The chaining value of a parent over <paramref name="pair"/>, the 64 bytes of its children's chaining values.
    /// </summary>
    public static Blake3Words Parent(in Blake3Mode mode, ReadOnlySpan<byte> pair, uint rootFlag = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(pair.Length, Blake3Constants.BlockBytes);
        var words = mode.Key;
        fixed (byte* block = pair)
        {
            var flags = mode.Flags | Blake3Constants.Parent | rootFlag;
            Compress(mode.Kernel, ref words, block, counter: 0, Blake3Constants.BlockBytes, flags);
        }

        return words;
    }

    /// <summary>Hashes the one node of a batch of one.</summary>
    public static void Hash(in Blake3Batch batch, byte* input, byte* output)
    {
        var words = batch.Key;
        for (var block = 0; block < batch.Blocks; block++)
        {
            var bytes = input + (block * Blake3Constants.BlockBytes);
            var flags = batch.FlagsOf(block);
            Compress(batch.Kernel, ref words, bytes, batch.Counter, Blake3Constants.BlockBytes, flags);
        }

        words.Write(new Span<byte>(output, Blake3Constants.ChainingBytes));
    }

    private static void CompressLast(
        Blake3Kernel kernel, ref Blake3Words words, ReadOnlySpan<byte> rest, ulong counter, uint flags)
    {
        var block = stackalloc byte[Blake3Constants.BlockBytes];
        new Span<byte>(block, Blake3Constants.BlockBytes).Clear();
        rest.CopyTo(new Span<byte>(block, Blake3Constants.BlockBytes));
        Compress(kernel, ref words, block, counter, (uint)rest.Length, flags);
    }

    private static void Compress(
        Blake3Kernel kernel, ref Blake3Words words, byte* block, ulong counter, uint blockBytes, uint flags)
    {
        if (kernel == Blake3Kernel.Scalar)
        {
            Blake3ScalarBlock.Compress(ref words, block, counter, blockBytes, flags);
        }
        else
        {
            Blake3RowBlock.Compress(ref words, block, counter, blockBytes, flags);
        }
    }
}
