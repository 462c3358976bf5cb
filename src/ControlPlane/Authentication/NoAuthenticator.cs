namespace BackupEngine.ControlPlane.Authentication;

/// <summary>
/// Believes everybody: every caller is an administrator of the project that the address names, or else that the token
/// names as <c>user:project</c>. Served on loopback only, see <see cref="LoopbackGuard"/>.
/// </summary>
public sealed class NoAuthenticator : IAuthenticator
{
    /// <summary>The project of callers that name none.</summary>
    public const string DefaultProjectId = "00000000000000000000000000000000";

    private const string DefaultUserId = "00000000000000000000000000000001";

    private static readonly string[] Roles = ["admin", "member", "reader"];

    /// <inheritdoc/>
    public ValueTask<Caller?> AuthenticateAsync(
        string? token, string? projectIdInUrl, CancellationToken cancellationToken)
    {
        var separator = token?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        var named = separator < 0 ? null : token![(separator + 1)..];
        var project = projectIdInUrl ?? (ProjectIdFormat.IsValid(named) ? named! : DefaultProjectId);
        return ValueTask.FromResult<Caller?>(new Caller(DefaultUserId, project, Roles));
    }
}
