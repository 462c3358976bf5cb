using System.Text.Json.Serialization;
using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Schedules;
using BackupEngine.ControlPlane.Schedules.Calendar;
using BackupEngine.ControlPlane.Schedules.Retention;

namespace BackupEngine.ControlPlane.Api.BackupPolicies;

/// <summary>A backup policy as it is shown.</summary>
internal sealed record PolicyView
{
    public const string Collection = "backup-policies";

    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required string? Description { get; init; }

    public required bool Enabled { get; init; }

    [JsonPropertyName("timezone")]
    public required string TimeZone { get; init; }

    public required int JitterSeconds { get; init; }

    public required IReadOnlyList<ScheduleRule> Rules { get; init; }

    public required PolicyOptions Options { get; init; }

    /// <summary>Null: everything is kept.</summary>
    public required RetentionRules? Retention { get; init; }

    public required bool AllVolumes { get; init; }

    /// <summary>The next due time, UTC; null while it is switched off.</summary>
    public required DateTime? NextRunAt { get; init; }

    public required string ProjectId { get; init; }

    public required string UserId { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime? UpdatedAt { get; init; }

    public required IReadOnlyList<Link> Links { get; init; }

    /// <summary>A record as it is shown.</summary>
    public static PolicyView Of(ApiRequest request, BackupPolicyEntity policy) => new()
    {
        Id = policy.Id,
        Name = policy.Name,
        Description = policy.Description,
        Enabled = policy.Enabled,
        TimeZone = policy.TimeZone,
        JitterSeconds = policy.JitterSeconds,
        Rules = PolicyJson.RulesOf(policy),
        Options = PolicyJson.OptionsOf(policy),
        Retention = PolicyJson.RetentionOf(policy),
        AllVolumes = policy.AllVolumes,
        NextRunAt = policy.NextRunAt,
        ProjectId = policy.ProjectId,
        UserId = policy.UserId,
        CreatedAt = policy.CreatedAt,
        UpdatedAt = policy.UpdatedAt,
        Links = request.Links.Of(Collection, policy.Id),
    };
}
