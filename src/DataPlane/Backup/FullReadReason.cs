using System.Text.Json.Serialization;

namespace BackupEngine.DataPlane.Backup;

/// <summary>Why an incremental that could have read only what changed read everything.</summary>
public enum FullReadReason
{
    /// <summary>The source of changed blocks did not know them: its base point or its bitmap is lost.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    /// <summary>They count from another point in time than the one that the parent has read.</summary>
    [JsonStringEnumMemberName("base_mismatch")]
    BaseMismatch,

    /// <summary>The spot check found a change that they do not name.</summary>
    [JsonStringEnumMemberName("spot_check")]
    SpotCheck,

    /// <summary>The rolling re-read found a change that they do not name.</summary>
    [JsonStringEnumMemberName("reread")]
    Reread,

    /// <summary>The interrupted run that this one goes on with had read everything.</summary>
    [JsonStringEnumMemberName("resumed")]
    Resumed,

    /// <summary>The source is said to be what the interrupted run had read, and differs from it.</summary>
    [JsonStringEnumMemberName("resume_check")]
    ResumeCheck,

    /// <summary>The parent is damaged, so that nothing can be built on it.</summary>
    [JsonStringEnumMemberName("parent_damaged")]
    ParentDamaged,
}
