namespace BackupEngine.ControlPlane.Authentication.Policies;

/// <summary>What something is done to: whose it is.</summary>
/// <param name="ProjectId">The project that it belongs to; <c>%(project_id)s</c> of a rule.</param>
/// <param name="UserId">Who made it, where that is known; <c>%(user_id)s</c> of a rule.</param>
public readonly record struct PolicyTarget(string ProjectId, string? UserId)
{
    /// <summary>For what is done to no object: the caller's own project.</summary>
    public static PolicyTarget Of(Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return new PolicyTarget(caller.ProjectId, caller.UserId);
    }
}
