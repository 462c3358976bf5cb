namespace BackupEngine.Chunkstore.Manifests.Nodes;

/// <summary>
/// What a reference to a child stands for. The values are those of the stored format and never change.
/// </summary>
internal enum ReferenceKind
{
    /// <summary>All zeros; nothing is stored.</summary>
    Zero = 0,

    /// <summary>A stored child: a node, or in a leaf a chunk.</summary>
    Stored = 1,

    /// <summary>Every chunk below is the same one; no node is stored. Never in a leaf.</summary>
    Uniform = 2,
}
