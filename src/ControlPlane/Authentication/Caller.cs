namespace BackupEngine.ControlPlane.Authentication;

/// <summary>Who sent a request, and for which project.</summary>
/// <param name="UserId">The user.</param>
/// <param name="ProjectId">The project that the token is for; empty: it is for none, and nothing can be done.
/// </param>
/// <param name="Roles">The user's roles in the project.</param>
public sealed record Caller(string UserId, string ProjectId, IReadOnlyList<string> Roles)
{
    /// <summary>
    /// Whether the caller sees every project: as the rule <c>context_is_admin</c> has it, by default with the role
    /// <c>admin</c>.
    /// </summary>
    public bool IsAdmin { get; init; } = Roles.Contains("admin", StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the project may have administrators: false only where Keystone says so.</summary>
    public bool IsAdminProject { get; init; } = true;
}
