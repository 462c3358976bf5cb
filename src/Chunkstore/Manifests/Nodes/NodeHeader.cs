using System.Buffers.Binary;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Manifests.Nodes;

/// <summary>The first 16 bytes of every tree node; docs/format.md, "Tree nodes", has the same table.</summary>
/// <param name="Kind">How the children are stated.</param>
/// <param name="Level">0 for a leaf.</param>
/// <param name="Depth">How many other nodes must be read to know this one, 0 to <see cref="MaxDepth"/>.</param>
/// <param name="ChildCount">Children of the node, 1 to 256.</param>
/// <param name="StatedCount">Children that this node states itself.</param>
internal readonly record struct NodeHeader(NodeKind Kind, int Level, int Depth, int ChildCount, int StatedCount)
{
    /// <summary>Length of the header in bytes.</summary>
    public const int SizeBytes = 16;

    /// <summary>The longest chain of patches.</summary>
    public const int MaxDepth = 4;

    /// <summary>The only format version there is.</summary>
    private const byte Version = 1;

    private const int ChecksumOffset = 12;

    /// <summary>Whether the body begins with the id of a base node or of the repeated chunk.</summary>
    public bool HasBase => Kind is NodeKind.Patch or NodeKind.Uniform;

    /// <summary>Whether the body lists the numbers of the children stated.</summary>
    public bool HasNumbers => Kind != NodeKind.Full;

    /// <summary>Offset of the bytes after the base id, if there is one.</summary>
    public int NumbersOffset => SizeBytes + (HasBase ? ChunkId.SizeBytes : 0);

    /// <summary>Offset of the two-bit kinds of the children stated.</summary>
    public int KindsOffset => NumbersOffset + (HasNumbers ? StatedCount : 0);

    /// <summary>Offset of the ids of the children stated.</summary>
    public int IdsOffset => KindsOffset + ((StatedCount + 3) / 4);

    /// <summary>
    /// Writes the header over the first bytes of a node that is otherwise complete, the checksum last.
    /// </summary>
    public void Seal(Span<byte> node)
    {
        Magic.Node.CopyTo(node);
        node[4] = Version;
        node[5] = (byte)Kind;
        node[6] = (byte)Level;
        node[7] = (byte)Depth;
        BinaryPrimitives.WriteUInt16LittleEndian(node[8..], (ushort)ChildCount);
        BinaryPrimitives.WriteUInt16LittleEndian(node[10..], (ushort)StatedCount);
        BinaryPrimitives.WriteUInt32LittleEndian(node[ChecksumOffset..], Checksum(node));
    }

    /// <summary>Reads and checks the header and the checksum of the whole node.</summary>
    /// <exception cref="CorruptDataException">Not a node of this format version, or damaged.</exception>
    public static NodeHeader Read(ReadOnlySpan<byte> node)
    {
        Require(node.Length > SizeBytes, "it is too short");
        Require(node[..4].SequenceEqual(Magic.Node), "its magic is wrong");
        Require(node[4] == Version, "its format version is not known");
        var stored = BinaryPrimitives.ReadUInt32LittleEndian(node[ChecksumOffset..]);
        Require(stored == Checksum(node), "its checksum does not match");
        var header = new NodeHeader(
            (NodeKind)node[5],
            node[6],
            node[7],
            BinaryPrimitives.ReadUInt16LittleEndian(node[8..]),
            BinaryPrimitives.ReadUInt16LittleEndian(node[10..]));
        header.Check();
        Require(node.Length >= header.IdsOffset, "it is too short");
        return header;
    }

    /// <summary>Refuses a node; <paramref name="what"/> completes the sentence.</summary>
    public static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new CorruptDataException($"A manifest tree node cannot be read: {what}.");
        }
    }

    private void Check()
    {
        Require(Kind is >= NodeKind.Full and <= NodeKind.Uniform, "its kind is not known");
        Require(Level <= TreeShape.MaxRootLevel, "its level is too high");
        Require(Kind == NodeKind.Patch ? Depth is >= 1 and <= MaxDepth : Depth == 0, "its depth is not allowed");
        Require(ChildCount is >= 1 and <= TreeShape.FanOut, "its number of children is not allowed");
        Require(StatedCount <= ChildCount, "it states more children than it has");
        Require(StatedCount >= 1 || Kind == NodeKind.Uniform, "it states no children");
        Require(StatedCount == ChildCount || Kind != NodeKind.Full, "it does not state all of its children");
    }

    private static uint Checksum(ReadOnlySpan<byte> node) =>
        Crc32C.Append(Crc32C.Compute(node[..ChecksumOffset]), node[(ChecksumOffset + Crc32C.SizeBytes)..]);
}
