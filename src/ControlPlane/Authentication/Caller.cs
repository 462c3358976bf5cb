namespace BackupEngine.ControlPlane.Authentication;

/// <summary>Who sent a request, and for which project.</summary>
/// <param name="UserId">The user.</param>
/// <param name="ProjectId">The project that the token is for.</param>
/// <param name="Roles">The user's roles in the project.</param>
public sealed record Caller(string UserId, string ProjectId, IReadOnlyList<string> Roles)
{
    /// <summary>Whether the caller may see and do what is the operator's.</summary>
    public bool IsAdmin { get; } = Roles.Contains("admin", StringComparer.OrdinalIgnoreCase);
}
