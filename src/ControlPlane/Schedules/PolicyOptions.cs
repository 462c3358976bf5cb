using System.Text.Json.Serialization;
using BackupEngine.ControlPlane.Api.Backups.Extensions;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Schedules;

/// <summary>How the backups of a policy are made.</summary>
public sealed record PolicyOptions
{
    /// <summary>
    /// Whether each is based on the newest backup of its volume; the first one is a full one all the same.
    /// </summary>
    public bool Incremental { get; init; } = true;

    /// <summary>Of so many backups of a volume one is a full one; 0: only the first.</summary>
    public int FullEvery { get; init; }

    /// <summary>Whether a volume is backed up while it is in use.</summary>
    public bool Force { get; init; } = true;

    /// <summary>How backups are called, see <see cref="NameTemplate"/>.</summary>
    public string NameTemplate { get; init; } = Schedules.NameTemplate.Default;

    /// <summary>Description of each.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Description { get; init; }

    /// <summary>Container of each.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Container { get; init; }

    /// <summary>Availability zone of each; null: that of the volume.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AvailabilityZone { get; init; }

    /// <summary>What each may read, in MiB per second; 0: what the host allows.</summary>
    [JsonPropertyName("rate_limit_mib")]
    public int RateLimitMiB { get; init; }

    /// <summary>One of <see cref="BackupPriority"/>.</summary>
    [JsonIgnore]
    public int Priority { get; init; } = BackupPriority.Normal;

    /// <summary>Its name.</summary>
    [JsonPropertyName("priority")]
    public string PriorityName
    {
        get => ActionOptions.NameOf(Priority);
        init => Priority = ActionOptions.PriorityOf(value);
    }

    /// <summary>User metadata of each, beside the policy's id.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}
