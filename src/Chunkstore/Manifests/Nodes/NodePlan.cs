using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Manifests.Nodes;

/// <summary>One way of writing a node, and what it costs.</summary>
/// <param name="Header">The header it would have.</param>
/// <param name="BaseId">Base of a patch, repeated chunk of a uniform node, else zero.</param>
/// <param name="Stated">The children to be stated.</param>
/// <param name="SizeBytes">Length of the whole node.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct NodePlan(NodeHeader Header, ChunkId BaseId, ChildSet Stated, int SizeBytes)
{
    /// <summary>Plans a node that states some of <paramref name="children"/>.</summary>
    public static NodePlan For(
        NodeKind kind, int level, int depth, ChunkId baseId, ChildSet stated, ReadOnlySpan<NodeReference> children)
    {
        var header = new NodeHeader(kind, level, depth, children.Length, stated.Count);
        var size = header.IdsOffset;
        for (var child = stated.NextFrom(0); child < children.Length; child = stated.NextFrom(child + 1))
        {
            size += IdBytes(children[child].Kind, level);
        }

        return new NodePlan(header, baseId, stated, size);
    }

    /// <summary>
    /// Bytes that a child takes after the kinds: its id, and for a stored node the count of live chunks.
    /// </summary>
    public static int IdBytes(ReferenceKind kind, int level) => kind switch
    {
        ReferenceKind.Stored => ChunkId.SizeBytes + level,
        ReferenceKind.Uniform => ChunkId.SizeBytes,
        _ => 0,
    };
}
