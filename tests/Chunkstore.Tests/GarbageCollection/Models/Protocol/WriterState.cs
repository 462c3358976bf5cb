using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models.Protocol;

/// <summary>A session of kind backup.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct WriterState
{
    public WriterPhase Phase;

    /// <summary>The backup it builds on: 1 + its bit; 0 = none.</summary>
    public byte Parent;

    public bool HasTicket;

    public bool IsRegistered;

    /// <summary>Whether its record has the name by which nobody ends it.</summary>
    public bool IsTakingBack;

    /// <summary>Packs of the index segments that it has opened.</summary>
    public byte View;

    /// <summary>Packs that its lookups skip because they are condemned.</summary>
    public byte Excluded;

    /// <summary>Packs that its lookups skip because it found them missing.</summary>
    public byte Missing;

    /// <summary>Packs whose bit is set.</summary>
    public byte Relied;

    /// <summary>A lane's hit: 1 + the pack; 0 = no lane is under way.</summary>
    public byte Hit;

    public LanePhase Lane;

    /// <summary>Where the chunk of its backup comes from.</summary>
    public ChunkSource Source;

    public OwnPack Own;

    /// <summary>How far the acknowledgement of <see cref="PolledGeneration"/> is.</summary>
    public PollPhase Poll;

    public byte PolledGeneration;

    public byte PolledPacks;

    /// <summary>The generation that its newest acknowledgement is of.</summary>
    public byte Acknowledged;

    public byte Vetoes;

    /// <summary>Forgets what nothing depends on any more, so that equal states are equal.</summary>
    public void Forget()
    {
        if (Parent != 0 || Source != ChunkSource.None)
        {
            View = Excluded = Missing = 0;
        }

        if (Poll == PollPhase.None)
        {
            PolledPacks = 0;
        }
    }
}

internal enum WriterPhase : byte
{
    Idle,
    Begun,

    /// <summary>Only where the ticket does not come first.</summary>
    WithoutTicket,

    Registered,
    Checked,
    StateRead,
    IndexRead,
    Active,
    Committing,
    Committed,
    TakingBack,
    TakenBack,
    Ended,
}

internal enum LanePhase : byte
{
    None,
    Found,
    BitSet,
    LookedFor,
}

internal enum ChunkSource : byte
{
    None,
    Pack,
    Parent,
}

internal enum OwnPack : byte
{
    None,
    Published,
    Indexed,
}

internal enum PollPhase : byte
{
    None,
    Read,
    Excluded,
}
