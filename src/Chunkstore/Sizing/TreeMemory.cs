using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Manifests.Nodes;

namespace BackupEngine.Chunkstore.Sizing;

/// <summary>What is held of the tree of a backup at most.</summary>
public static class TreeMemory
{
    /// <summary>A full node: 256 references of 48 bytes.</summary>
    private const int NodeBytes = 12 * 1024;

    /// <summary>A leaf of 64 bytes, in a list that has just grown.</summary>
    private const int HeldLeafBytesEach = 192;

    /// <summary>Bytes of the nodes that a reader of any tree keeps.</summary>
    public const long CacheBytes = (long)NodeBytes * NodeCache.DefaultCapacity;

    /// <summary>Bytes of the nodes that a reader keeps.</summary>
    public static long BytesFor(TreeShape shape) =>
        NodeBytes * Math.Min(NodeCache.DefaultCapacity, (2 * shape.LeafCount) + 8);

    /// <summary>Bytes of leaves that a builder holds until their neighbours are there.</summary>
    internal static long HeldLeafBytes(TreeShape shape) =>
        (HeldLeafBytesEach * Math.Min(ManifestTreeBuilder.MaxHeldLeaves, shape.LeafCount))
        + (NodeBytes * Math.Min(ManifestTreeBuilder.FoldedNodesKept, shape.LeafCount + 1));
}
