using System.Numerics;
using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Manifests.Nodes;

/// <summary>A set of child numbers from 0 to 255.</summary>
/// <remarks>A value: 32 bytes, no allocation. Used by several threads only under their own lock.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal struct ChildSet : IEquatable<ChildSet>
{
    private ulong _0;
    private ulong _1;
    private ulong _2;
    private ulong _3;

    /// <summary>Number of members.</summary>
    public readonly int Count =>
        BitOperations.PopCount(_0) + BitOperations.PopCount(_1)
        + BitOperations.PopCount(_2) + BitOperations.PopCount(_3);

    /// <summary>Whether a child is a member.</summary>
    public readonly bool Contains(int child) => (Word(child >> 6) >> (child & 63) & 1) != 0;

    /// <summary>Makes a child a member; false when it was one.</summary>
    public bool Add(int child)
    {
        ref var word = ref Reference(child >> 6);
        var bit = 1UL << (child & 63);
        var added = (word & bit) == 0;
        word |= bit;
        return added;
    }

    /// <summary>The members of either set.</summary>
    public static ChildSet operator |(ChildSet left, ChildSet right) => new()
    {
        _0 = left._0 | right._0,
        _1 = left._1 | right._1,
        _2 = left._2 | right._2,
        _3 = left._3 | right._3,
    };

    /// <summary>The smallest member that is not below <paramref name="from"/>, or 256.</summary>
    public readonly int NextFrom(int from)
    {
        while (from < TreeShape.FanOut)
        {
            var word = Word(from >> 6) >> (from & 63);
            if (word != 0)
            {
                return from + BitOperations.TrailingZeroCount(word);
            }

            from = (from | 63) + 1;
        }

        return TreeShape.FanOut;
    }

    /// <inheritdoc/>
    public readonly bool Equals(ChildSet other) =>
        _0 == other._0 && _1 == other._1 && _2 == other._2 && _3 == other._3;

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is ChildSet other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => HashCode.Combine(_0, _1, _2, _3);

    private readonly ulong Word(int index) => index switch { 0 => _0, 1 => _1, 2 => _2, _ => _3 };

    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    private ref ulong Reference(int index)
    {
        switch (index)
        {
            case 0:
                return ref _0;
            case 1:
                return ref _1;
            case 2:
                return ref _2;
            default:
                return ref _3;
        }
    }
}
