using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Api.BackupPolicies;

/// <summary>A run of a backup policy for one volume, as it is shown.</summary>
internal sealed record RunView
{
    public required Guid Id { get; init; }

    public required Guid PolicyId { get; init; }

    public required Guid VolumeId { get; init; }

    /// <summary><c>planned</c>, <c>running</c>, <c>succeeded</c>, <c>failed</c> or <c>skipped</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Why it failed or was skipped, or what else is to be known.</summary>
    public required string? Reason { get; init; }

    /// <summary>The due time, UTC.</summary>
    public required DateTime DueAt { get; init; }

    /// <summary>The due time and the volume's place in the window, UTC.</summary>
    public required DateTime StartAt { get; init; }

    public required DateTime? EndedAt { get; init; }

    /// <summary>Whether it was caught up.</summary>
    public required bool Late { get; init; }

    /// <summary>Earlier due times that it stands for too.</summary>
    public required int Missed { get; init; }

    public required Guid? BackupId { get; init; }

    public required bool Incremental { get; init; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>A record as it is shown.</summary>
    public static RunView Of(ApiRequest request, BackupPolicyRunEntity run) => Of(run);

    /// <summary>A record as it is shown.</summary>
    public static RunView Of(BackupPolicyRunEntity run) => new()
    {
        Id = run.Id,
        PolicyId = run.PolicyId,
        VolumeId = run.VolumeId,
        Status = run.Status,
        Reason = run.Reason,
        DueAt = run.DueAt,
        StartAt = run.StartAt,
        EndedAt = run.EndedAt,
        Late = run.Late,
        Missed = run.Missed,
        BackupId = run.BackupId,
        Incremental = run.Incremental,
        CreatedAt = run.CreatedAt,
    };
}
