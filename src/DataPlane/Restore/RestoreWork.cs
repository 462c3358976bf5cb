using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Restore;

/// <summary>
/// Leaves of the tree that a worker restores: one that holds data, or a run of such as are zeros throughout.
/// </summary>
/// <param name="FirstLeaf">The first leaf.</param>
/// <param name="LeafCount">Number of leaves; 1 where there are data.</param>
/// <param name="IsZero">Whether they are zeros throughout.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RestoreWork(long FirstLeaf, long LeafCount, bool IsZero);
