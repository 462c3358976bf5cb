using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Nbd.Server.Overlay;

/// <summary>The states of neighbouring blocks, two bits each. Whoever calls holds the lock of the map.</summary>
internal sealed class OverlayPage
{
    /// <summary>Words of states in a page; the rest of 4096 bytes are the sequence number and the checksum.</summary>
    public const int Words = (OverlayLayout.BlockBytes - 16) / sizeof(ulong);

    /// <summary>States in a word.</summary>
    public const int BlocksInWord = 32;

    /// <summary>The state of value 1 in all places of a word.</summary>
    private const ulong Ones = 0x5555_5555_5555_5555;

    private readonly ulong[] _words = new ulong[Words];

    /// <summary>How often the page was written to the file; 0 for never.</summary>
    public long Sequence { get; private set; }

    /// <summary>Whether the file has something else.</summary>
    public bool IsDirty { get; private set; }

    /// <summary>The state of a block.</summary>
    public BlockState this[int block] =>
        (BlockState)((_words[block / BlocksInWord] >> (block % BlocksInWord * 2)) & 3);

    /// <summary>How many blocks from one on have its state, at most <paramref name="most"/>.</summary>
    public int CountSame(int block, int most)
    {
        var pattern = Ones * (ulong)this[block];
        var count = 0;
        while (count < most)
        {
            var at = block + count;
            var shift = at % BlocksInWord;
            var different = (_words[at / BlocksInWord] ^ pattern) >> (shift * 2);
            var same = different == 0 ? BlocksInWord - shift : BitOperations.TrailingZeroCount(different) / 2;
            count += same;
            if (shift + same < BlocksInWord)
            {
                break;
            }
        }

        return Math.Min(count, most);
    }

    /// <summary>Sets the state of blocks.</summary>
    public void Set(int block, int count, BlockState state)
    {
        var pattern = Ones * (ulong)state;
        for (var end = block + count; block < end;)
        {
            var shift = block % BlocksInWord;
            var inWord = Math.Min(BlocksInWord - shift, end - block);
            var mask = (inWord == BlocksInWord ? ulong.MaxValue : (1UL << (inWord * 2)) - 1) << (shift * 2);
            ref var word = ref _words[block / BlocksInWord];
            word = (word & ~mask) | (pattern & mask);
            block += inWord;
        }

        IsDirty = true;
    }

    /// <summary>Writes the page as it is to be in the file; it is not dirty then.</summary>
    public void Save(Span<byte> page)
    {
        Sequence++;
        IsDirty = false;
        BinaryPrimitives.WriteInt64LittleEndian(page, Sequence);
        MemoryMarshal.AsBytes(_words.AsSpan()).CopyTo(page[sizeof(long)..]);
        page[^8..].Clear();
        OverlayLayout.Seal(page);
    }

    /// <summary>Takes over a page of the file that is whole.</summary>
    public void Load(ReadOnlySpan<byte> page)
    {
        Sequence = SequenceOf(page);
        page.Slice(sizeof(long), Words * sizeof(ulong)).CopyTo(MemoryMarshal.AsBytes(_words.AsSpan()));
    }

    /// <summary>The sequence number of a page of the file.</summary>
    public static long SequenceOf(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadInt64LittleEndian(page);
}
