using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Versions;
using BackupEngine.ControlPlane.Authentication;
using BackupEngine.ControlPlane.Authentication.Keystone;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Hosting;

namespace BackupEngine.ControlPlane.Api.Pipeline;

/// <summary>
/// Lets nothing under <c>/v3</c> pass without a known caller, for the project that the address names.
/// </summary>
internal sealed class CallerMiddleware(
    RequestDelegate next,
    IAuthenticator authenticator,
    Policy policy,
    EngineOptions options,
    ILogger<CallerMiddleware> log)
{
    /// <summary>The header that carries the token.</summary>
    public const string TokenHeader = "X-Auth-Token";

    private const int RetryAfterSeconds = 5;
    private const string NoProject = "The token is not for a project. Ask for one with a project as its scope.";
    private const string NoKeystone = "The identity service cannot be asked at present. Try again later.";

    /// <summary>Handles one request.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        if (ApiPaths.IsApi(http.Request.Path))
            await AdmitAsync(http);
        if (http.Features.Get<PathMiddleware.UnroutedPath>() is null)
            await next(http);
        else
            await FaultWriter.WriteUnroutedAsync(http.Response);
    }

    private async Task AdmitAsync(HttpContext http)
    {
        if (authenticator is NoAuthenticator && !LoopbackGuard.Allows(http.Connection))
            throw Unauthorized(http);
        var project = http.GetRouteValue(ApiPaths.ProjectId) as string;
        var token = http.Request.Headers[TokenHeader].ToString();
        var caller = await AuthenticateAsync(token, project, http.RequestAborted) ?? throw Unauthorized(http);
        if (http.Features.Get<RequestedVersion>()?.Refusal is { } refusal)
            throw refusal;
        if (caller.ProjectId.Length == 0)
            throw new ApiFaultException(StatusCodes.Status403Forbidden, NoProject);
        if (project is not null && !project.Equals(caller.ProjectId, StringComparison.Ordinal))
            throw Fault.BadRequest("Malformed request url");
        if (http.Request.QueryString.Value?.Contains("%00", StringComparison.Ordinal) == true)
            throw Fault.BadRequest("Malformed request url");
        http.Features.Set(policy.WithAdministration(caller));
    }

    /// <exception cref="ApiFaultException">503: nobody knows now who the caller is.</exception>
    private async Task<Caller?> AuthenticateAsync(string token, string? project, CancellationToken cancellationToken)
    {
        try
        {
            return await authenticator.AuthenticateAsync(token, project, cancellationToken);
        }
        catch (KeystoneUnavailableException e)
        {
            log.LogError("A caller cannot be authenticated: {Reason}", e.Message);
            throw new ApiFaultException(StatusCodes.Status503ServiceUnavailable, NoKeystone)
            {
                RetryAfterSeconds = RetryAfterSeconds,
            };
        }
    }

    private ApiFaultException Unauthorized(HttpContext http)
    {
        var uri = options.KeystonePublicUrl ?? options.KeystoneUrl ?? ApiLinks.BaseOf(http);
        http.Response.Headers.WWWAuthenticate = $"Keystone uri=\"{uri}\"";
        return new ApiFaultException(
            StatusCodes.Status401Unauthorized, "The request you have made requires authentication.");
    }
}
