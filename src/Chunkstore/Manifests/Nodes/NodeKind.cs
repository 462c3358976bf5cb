namespace BackupEngine.Chunkstore.Manifests.Nodes;

/// <summary>How a node states its children. The values are those of the stored format and never change.</summary>
internal enum NodeKind
{
    /// <summary>Every child is stated.</summary>
    Full = 1,

    /// <summary>The children of another node of the same level, except those stated.</summary>
    Patch = 2,

    /// <summary>Zeros, except the children stated.</summary>
    Sparse = 3,

    /// <summary>One repeated chunk, except in the children stated.</summary>
    Uniform = 4,
}
