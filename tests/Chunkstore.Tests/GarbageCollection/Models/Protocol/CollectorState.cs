using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models.Protocol;

/// <summary>A collector.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct CollectorState
{
    public CollectorPhase Phase;

    /// <summary>The generation it works on, or the one before the one that it will publish.</summary>
    public byte Generation;

    /// <summary>Candidates, then the generation's packs, then those to be deleted.</summary>
    public byte Packs;

    /// <summary>Sessions whose acknowledgements it waits for.</summary>
    public byte Waiting;

    public byte Vetoes;

    /// <summary>Where it is in a listing.</summary>
    public byte Cursor;

    /// <summary>Whether a root was found.</summary>
    public bool IsLive;

    public byte IndexSeen;

    public OwnPack Copy;
}

internal enum CollectorPhase : byte
{
    Idle,
    Marked,
    Published,
    Looked,
    Waiting,
    SessionsBefore,
    Manifests,
    Sessions,
    Acks,
    Index,
    Files,
    Judging,
    Unindexing,
    Deleting,
    Finishing,
}
