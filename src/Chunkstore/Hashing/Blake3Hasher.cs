using System.Numerics;

namespace BackupEngine.Chunkstore.Hashing;

/// <summary>BLAKE3 of a stream, piece by piece. Not safe for several threads at once.</summary>
/// <remarks>
/// Full speed needs pieces of 16 KiB or more, best all of one power of two. Source: the BLAKE3 paper, section 5.1.2:
/// chaining values of finished subtrees wait on a stack; one is merged only when it is known that more input follows.
/// </remarks>
public sealed class Blake3Hasher
{
    private readonly Blake3Mode _mode;
    private readonly byte[] _leaf = new byte[Blake3Constants.LeafBytes];

    // One more than the depth: the top subtree lies here as two halves until it is known not to be the root.
    private readonly byte[] _stack = new byte[(Blake3Constants.MaxTreeDepth + 1) * Blake3Constants.ChainingBytes];
    private int _leafBytes;
    private int _stacked;
    private ulong _leaves;

    internal Blake3Hasher(in Blake3Mode mode) => _mode = mode;

    /// <summary>Starts a plain hash.</summary>
    public static Blake3Hasher Create() => new(Blake3Mode.Plain(Blake3.Kernel));

    /// <summary>Starts a keyed hash.</summary>
    /// <exception cref="ArgumentException"><paramref name="key"/> has not 32 bytes.</exception>
    public static Blake3Hasher CreateKeyed(ReadOnlySpan<byte> key) => new(Blake3Mode.Keyed(key, Blake3.Kernel));

    /// <summary>Adds bytes.</summary>
    public void Update(ReadOnlySpan<byte> input)
    {
        input = FillLeaf(input);
        while (input.Length > Blake3Constants.LeafBytes)
        {
            var subtreeBytes = NextSubtreeBytes(input.Length);
            AddSubtree(input[..subtreeBytes]);
            input = input[subtreeBytes..];
        }

        if (!input.IsEmpty)
        {
            input.CopyTo(_leaf);
            _leafBytes = input.Length;
            MergeStack();
        }
    }

    /// <summary>Writes the 32-byte digest of all bytes added so far; more may be added afterwards.</summary>
    /// <exception cref="ArgumentException"><paramref name="output"/> has not 32 bytes.</exception>
    public void Finish(Span<byte> output)
    {
        Blake3.ThrowIfNoDigest(output);
        Top().Write(output);
    }

    private Blake3Words Top()
    {
        if (_stacked == 0)
        {
            return Blake3Node.Leaf(_mode, _leaf.AsSpan(0, _leafBytes), _leaves, Blake3Constants.Root);
        }

        var waiting = _stacked;
        Span<byte> pair = stackalloc byte[Blake3Constants.BlockBytes];
        var right = _leafBytes > 0
            ? Blake3Node.Leaf(_mode, _leaf.AsSpan(0, _leafBytes), _leaves)
            : Blake3Words.Read(Stacked(--waiting));
        while (waiting > 0)
        {
            Stacked(--waiting).CopyTo(pair);
            right.Write(pair[Blake3Constants.ChainingBytes..]);
            right = Blake3Node.Parent(_mode, pair, waiting == 0 ? Blake3Constants.Root : 0);
        }

        return right;
    }

    /// <summary>Completes the leaf that has begun and answers what is left of the input.</summary>
    private ReadOnlySpan<byte> FillLeaf(ReadOnlySpan<byte> input)
    {
        if (_leafBytes == 0)
        {
            return input;
        }

        var taken = Math.Min(input.Length, Blake3Constants.LeafBytes - _leafBytes);
        input[..taken].CopyTo(_leaf.AsSpan(_leafBytes));
        _leafBytes += taken;
        if (taken < input.Length)
        {
            Push(Blake3Node.Leaf(_mode, _leaf, _leaves));
            _leaves++;
            _leafBytes = 0;
        }

        return input[taken..];
    }

    /// <summary>The largest subtree that may begin at this leaf and lies within the input.</summary>
    private int NextSubtreeBytes(int inputBytes)
    {
        var leaves = 1 << BitOperations.Log2((uint)inputBytes / Blake3Constants.LeafBytes);
        while (((ulong)(leaves - 1) & _leaves) != 0)
        {
            leaves >>= 1;
        }

        return leaves * Blake3Constants.LeafBytes;
    }

    private void AddSubtree(ReadOnlySpan<byte> subtree)
    {
        if (subtree.Length == Blake3Constants.LeafBytes)
        {
            Push(Blake3Node.Leaf(_mode, subtree, _leaves));
            _leaves++;
            return;
        }

        Span<byte> pair = stackalloc byte[Blake3Constants.BlockBytes];
        Blake3Tree.ReduceToPair(_mode, subtree, _leaves, pair);
        var half = (ulong)subtree.Length / Blake3Constants.LeafBytes / 2;
        Push(Blake3Words.Read(pair));
        _leaves += half;
        Push(Blake3Words.Read(pair[Blake3Constants.ChainingBytes..]));
        _leaves += half;
    }

    private void Push(in Blake3Words words)
    {
        MergeStack();
        words.Write(Stacked(_stacked++));
    }

    /// <summary>Merges finished subtrees: as many stay as the number of leaves has bits set.</summary>
    private void MergeStack()
    {
        var subtrees = BitOperations.PopCount(_leaves);
        while (_stacked > subtrees)
        {
            _stacked--;
            var pair = _stack.AsSpan((_stacked - 1) * Blake3Constants.ChainingBytes, Blake3Constants.BlockBytes);
            Blake3Node.Parent(_mode, pair).Write(pair);
        }
    }

    private Span<byte> Stacked(int index) =>
        _stack.AsSpan(index * Blake3Constants.ChainingBytes, Blake3Constants.ChainingBytes);
}
