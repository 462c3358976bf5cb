using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models.Protocol;

/// <summary>A session of kind read.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct ReaderState
{
    public ReaderPhase Phase;

    /// <summary>1 + the bit of the backup it reads.</summary>
    public byte Backup;
}

internal enum ReaderPhase : byte
{
    Idle,
    Begun,
    Registered,
    Reading,
    Ended,
}
