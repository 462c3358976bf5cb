using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models.TwoCollectors;

/// <summary>One pack, two collectors of which one may be stale, up to three writers.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct TwoCollectorState
{
    public PackPhase Pack;

    public byte CondemnedAt;

    public byte Generation;

    public bool HasRoot;

    public WriterStates Writers;

    public CollectorStates Collectors;

    internal enum PackPhase : byte
    {
        Live,
        Condemned,

        /// <summary>To be deleted, which cannot be taken back.</summary>
        Deleting,
        Deleted,
    }

    internal enum CollectorPhase : byte
    {
        Idle,
        DeadFound,
        Waiting,
        Remarking,
        Rescuing,
        Killing,
    }

    internal enum WriterPhase : byte
    {
        New,
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

    [InlineArray(2)]
    internal struct CollectorStates
    {
        private Collector _first;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    internal struct Writer
    {
        public WriterPhase Phase;

        public bool CanDeduplicate;

        public byte Acknowledged;

        public Reference Reference;

        public bool IsRegistered;

        public bool IsFenced;

        /// <summary>What it has read and not acknowledged yet; 0 = nothing.</summary>
        public byte PolledGeneration;

        public bool PolledAlive;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    internal struct Collector
    {
        public CollectorPhase Phase;

        public byte Generation;

        public byte Cycles;
    }
}
