namespace BackupEngine.Chunkstore.Manifests.Nodes;

/// <summary>Reads the children that a node states. Whatever is not exactly what an encoder writes is refused.</summary>
internal static class NodeDecoder
{
    /// <summary>
    /// The base of a patch, or the repeated chunk of a uniform node; zero for the kinds that have neither.
    /// </summary>
    /// <exception cref="Errors.CorruptDataException">The id is the zero sentinel.</exception>
    public static ChunkId ReadBase(NodeHeader header, ReadOnlySpan<byte> node)
    {
        if (!header.HasBase)
        {
            return ChunkId.Zero;
        }

        var id = ReadId(node, NodeHeader.SizeBytes);
        NodeHeader.Require(!id.IsZero, "its base is the zero sentinel");
        return id;
    }

    /// <summary>
    /// Puts the children that a node states over <paramref name="children"/>, which hold those of the base when the
    /// node is a patch, and answers with the numbers of those stated.
    /// </summary>
    /// <exception cref="Errors.CorruptDataException">The body is malformed.</exception>
    public static ChildSet Apply(NodeHeader header, ReadOnlySpan<byte> node, Span<NodeReference> children)
    {
        Prepare(header, node, children);
        var stated = default(ChildSet);
        var offset = header.IdsOffset;
        var previous = -1;
        for (var i = 0; i < header.StatedCount; i++)
        {
            var number = header.HasNumbers ? node[header.NumbersOffset + i] : i;
            NodeHeader.Require(number > previous && number < children.Length, "its children are not in order");
            children[number] = ReadReference(header, node, ReadKind(header, node, i), ref offset);
            stated.Add(number);
            previous = number;
        }

        NodeHeader.Require(PaddingIsZero(header, node), "its padding is not zero");
        NodeHeader.Require(offset == node.Length, "its length is wrong");
        return stated;
    }

    private static void Prepare(NodeHeader header, ReadOnlySpan<byte> node, Span<NodeReference> children)
    {
        if (header.Kind == NodeKind.Sparse)
        {
            children.Clear();
        }
        else if (header.Kind == NodeKind.Uniform)
        {
            children.Fill(NodeReference.Uniform(ReadBase(header, node)).ChildOfSentinel(header.Level));
        }
    }

    private static ReferenceKind ReadKind(NodeHeader header, ReadOnlySpan<byte> node, int position)
    {
        var kind = (ReferenceKind)((node[header.KindsOffset + (position / 4)] >> (position % 4 * 2)) & 3);
        var allowed = kind switch
        {
            ReferenceKind.Zero => header.Kind != NodeKind.Sparse,
            ReferenceKind.Stored => true,
            ReferenceKind.Uniform => header.Level > 0,
            _ => false,
        };
        NodeHeader.Require(allowed, "a child is of a kind that is not allowed there");
        return kind;
    }

    private static NodeReference ReadReference(
        NodeHeader header, ReadOnlySpan<byte> node, ReferenceKind kind, ref int offset)
    {
        if (kind == ReferenceKind.Zero)
        {
            return NodeReference.Zero;
        }

        var liveBytes = kind == ReferenceKind.Stored ? header.Level : 0;
        NodeHeader.Require(node.Length - offset >= ChunkId.SizeBytes + liveBytes, "it is too short");
        var id = ReadId(node, offset);
        NodeHeader.Require(!id.IsZero, "a stored child has the id of the zero sentinel");
        offset += ChunkId.SizeBytes;
        if (kind == ReferenceKind.Uniform)
        {
            return NodeReference.Uniform(id);
        }

        var live = 1L;
        for (var i = 0; i < liveBytes; i++)
        {
            live += (long)node[offset++] << (i * 8);
        }

        return NodeReference.Stored(id, live);
    }

    private static bool PaddingIsZero(NodeHeader header, ReadOnlySpan<byte> node) =>
        header.StatedCount % 4 == 0 || node[header.IdsOffset - 1] >> (header.StatedCount % 4 * 2) == 0;

    private static ChunkId ReadId(ReadOnlySpan<byte> node, int offset) => new(node.Slice(offset, ChunkId.SizeBytes));
}
