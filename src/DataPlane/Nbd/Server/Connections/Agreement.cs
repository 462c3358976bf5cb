using System.Runtime.InteropServices;
using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Server.Connections;

/// <summary>What client and server agreed on in the handshake.</summary>
/// <param name="IsStructured">Reads are answered in chunks.</param>
/// <param name="IsExtended">Headers are long, and so are lengths; all is answered in chunks then.</param>
/// <param name="HasAllocation">The client may ask for what is allocated.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Agreement(bool IsStructured, bool IsExtended, bool HasAllocation)
{
    /// <summary>The number of <see cref="MetaContexts.Allocation"/>, the only context there is.</summary>
    public const uint AllocationId = 1;

    /// <summary>Whether replies may be chunks.</summary>
    public bool IsChunked => IsStructured || IsExtended;
}
