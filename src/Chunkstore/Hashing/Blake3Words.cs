using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Hashing;

/// <summary>Eight words: a key, or the chaining value of a leaf or a parent.</summary>
[InlineArray(Blake3Constants.ChainingWords)]
internal struct Blake3Words
{
    private uint _word0;

    /// <summary>The key of a mode without a key.</summary>
    public static Blake3Words InitialValue()
    {
        var words = default(Blake3Words);
        Blake3Constants.Iv.CopyTo(words);
        return words;
    }

    /// <summary>Reads 32 bytes.</summary>
    public static Blake3Words Read(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<Blake3Words>(bytes);

    /// <summary>Writes 32 bytes.</summary>
    public readonly void Write(Span<byte> destination) => MemoryMarshal.Write(destination, in this);
}
