namespace BackupEngine.ControlPlane.Schedules;

/// <summary>A policy, for an operator.</summary>
/// <param name="PolicyId">The policy.</param>
/// <param name="Name">Its name.</param>
/// <param name="ProjectId">Its owner.</param>
/// <param name="NextRunAt">The next due time, UTC; null while it is switched off.</param>
/// <param name="Succeeded">Runs that succeeded in the last 24 hours.</param>
/// <param name="Failed">Runs that failed.</param>
/// <param name="Skipped">Runs that were skipped.</param>
internal sealed record PolicyOverview(
    Guid PolicyId, string Name, string ProjectId, DateTime? NextRunAt, int Succeeded, int Failed, int Skipped);
