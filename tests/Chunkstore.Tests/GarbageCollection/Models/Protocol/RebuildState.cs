using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models.Protocol;

/// <summary>Somebody who makes the index again from packs.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct RebuildState
{
    public RebuildPhase Phase;

    /// <summary>Packs that no segment named.</summary>
    public byte Packs;

    /// <summary>Writers whose records were seen.</summary>
    public byte Owners;

    /// <summary>Where it is in the listings of sessions.</summary>
    public byte Cursor;
}

internal enum RebuildPhase : byte
{
    Idle,
    Packs,
    Owners,
    Naming,
    Ended,
}
