using System.Text.Json.Serialization;

namespace BackupEngine.DataPlane.Backup;

/// <summary>What became of the changed blocks that a backup was given.</summary>
public enum ChangedBlocksUse
{
    /// <summary>None were given: everything was read.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>Only they, and parts of the rest to prove them, were read.</summary>
    [JsonStringEnumMemberName("used")]
    Used,

    /// <summary>They were not believed: everything was read, and the result says why.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,
}
