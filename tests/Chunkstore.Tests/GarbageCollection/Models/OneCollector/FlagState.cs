using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models.OneCollector;

/// <summary>One pack, one collector, up to three writers; reads and compare-and-swap are single steps.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct FlagState
{
    public PackPhase Pack;

    public byte CondemnedAt;

    public CollectorPhase Collector;

    public byte Generation;

    public byte Cycles;

    /// <summary>Committed backups that refer to the pack.</summary>
    public byte Roots;

    public WriterStates Writers;

    internal enum PackPhase : byte
    {
        Live,
        Condemned,
        Deleted,
    }

    internal enum CollectorPhase : byte
    {
        Idle,
        DeadFound,
        Waiting,
        Remarking,
    }

    internal enum WriterPhase : byte
    {
        Idle,
        Viewed,
        Registered,
        Active,
        Acknowledging,
        Done,
        Dead,
    }

    internal enum Reference : byte
    {
        None,
        ToThePack,
        ToItsOwn,
    }

    [InlineArray(3)]
    internal struct WriterStates
    {
        private Writer _first;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    internal struct Writer
    {
        public WriterPhase Phase;

        /// <summary>The generation of its view; -1 = it has none yet.</summary>
        public sbyte View;

        public sbyte Acknowledged;

        public Reference Reference;

        public bool IsRegistered;

        public bool IsFenced;
    }
}
