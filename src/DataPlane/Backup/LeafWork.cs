using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Backup;

/// <summary>The chunks to be read under one leaf of the tree: what a lane takes from the queue at a time.</summary>
/// <param name="LeafIndex">The leaf.</param>
/// <param name="FirstRange">Index of the plan's first range that reaches into the leaf.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LeafWork(long LeafIndex, int FirstRange);
