using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Manifests.Nodes;

/// <summary>A leaf that waits to be folded into its node of level 1; 64 bytes.</summary>
/// <param name="Child">Its number in that node.</param>
/// <param name="Reference">What that node will hold.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct HeldLeaf(int Child, NodeReference Reference);
