using System.Text.Json.Serialization;

namespace BackupEngine.DataPlane.Backup;

/// <summary>What became of the changed blocks that a backup was given.</summary>
public enum ChangedBlocksUse
{
    /// <summary>None were given: everything was read.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>Only they, and a sample of the rest, were read.</summary>
    [JsonStringEnumMemberName("used")]
    Used,

    /// <summary>The sample found a changed block that they do not name: everything was read.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,
}
