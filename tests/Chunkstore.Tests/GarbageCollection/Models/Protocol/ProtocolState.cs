using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models.Protocol;

/// <summary>
/// One chunk, and the packs that hold it: pack 0 from the beginning, one of each writer, one of each collector's
/// copies. Every manifest refers to the chunk. Sets of packs, manifests and sessions are bits of a byte.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct ProtocolState
{
    /// <summary>Packs whose file is there.</summary>
    public byte Files;

    /// <summary>Packs that an index segment names.</summary>
    public byte Named;

    /// <summary>Published manifests; bit 7 is the one that was there first.</summary>
    public byte Manifests;

    /// <summary>The highest generation; 0 = none yet.</summary>
    public byte Generation;

    /// <summary>Its packs.</summary>
    public byte Condemned;

    /// <summary>What of it is to be deleted, once <see cref="HasVerdict"/>.</summary>
    public byte Deleting;

    public bool HasVerdict;

    public bool IsDone;

    public WriterStates Writers;

    public CollectorStates Collectors;

    public ReaderState Reader;

    /// <summary>What the merger has read; bit 7 = it has not published yet.</summary>
    public byte Merging;

    public byte MergesLeft;

    public RebuildState Rebuild;

    public readonly bool IsOpen => Generation > 0 && !IsDone;

    [InlineArray(ProtocolScope.MaximumWriters)]
    internal struct WriterStates
    {
        private WriterState _first;
    }

    [InlineArray(ProtocolScope.MaximumCollectors)]
    internal struct CollectorStates
    {
        private CollectorState _first;
    }
}
