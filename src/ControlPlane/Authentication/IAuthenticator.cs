namespace BackupEngine.ControlPlane.Authentication;

/// <summary>Finds out who sent a request.</summary>
public interface IAuthenticator
{
    /// <summary>The caller; null when the token is missing or not valid.</summary>
    /// <param name="token">The header <c>X-Auth-Token</c>; null without one.</param>
    /// <param name="projectIdInUrl">The project that the address of the request names; null when it names none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<Caller?> AuthenticateAsync(string? token, string? projectIdInUrl, CancellationToken cancellationToken);
}
