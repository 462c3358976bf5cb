using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Verification.Packs;

/// <summary>What was found in one pack.</summary>
internal sealed class PackFindings(PackId pack)
{
    /// <summary>The pack.</summary>
    public PackId Pack => pack;

    /// <summary>Bytes of the pack that were read.</summary>
    public long BytesRead { get; set; }

    /// <summary>Records that were looked at, the damaged ones included, as a number.</summary>
    public long Records { get; set; }

    /// <summary>What is wrong outside of the records; empty where nothing is.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Records that cannot be read.</summary>
    public List<BadRecord> BadRecords { get; } = [];

    /// <summary>Records that no index segment states as the pack's directory does, as a number.</summary>
    public int UnindexedRecords { get; set; }

    /// <summary>Whether nothing of the pack can be read.</summary>
    public bool IsLost { get; set; }

    /// <summary>Whether the pack is proven to be good.</summary>
    public bool IsGood => Faults.Count == 0 && BadRecords.Count == 0 && !IsLost;
}
