using System.Runtime.InteropServices;
using BackupEngine.Chunkstore.Manifests.Nodes;

namespace BackupEngine.Chunkstore.Checkpoints;

/// <summary>A leaf of the tree that a run has finished.</summary>
/// <param name="Index">The leaf.</param>
/// <param name="Reference">What it is; null where it is as the parent has it, or zeros without a parent.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FinishedLeaf(long Index, NodeReference? Reference);
