using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Versions;
using BackupEngine.ControlPlane.Authentication;
using BackupEngine.ControlPlane.Authentication.Policies;

namespace BackupEngine.ControlPlane.Api.Pipeline;

/// <summary>
/// Lets nothing under <c>/v3</c> pass without a known caller, for the project that the address names.
/// </summary>
internal sealed class CallerMiddleware(RequestDelegate next, IAuthenticator authenticator, Policy policy)
{
    /// <summary>The header that carries the token.</summary>
    public const string TokenHeader = "X-Auth-Token";

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
        var caller = await authenticator.AuthenticateAsync(token, project, http.RequestAborted)
            ?? throw Unauthorized(http);
        if (http.Features.Get<RequestedVersion>()?.Refusal is { } refusal)
            throw refusal;
        if (project is not null && !project.Equals(caller.ProjectId, StringComparison.Ordinal))
            throw Fault.BadRequest("Malformed request url");
        if (http.Request.QueryString.Value?.Contains("%00", StringComparison.Ordinal) == true)
            throw Fault.BadRequest("Malformed request url");
        http.Features.Set(policy.WithAdministration(caller));
    }

    private static ApiFaultException Unauthorized(HttpContext http)
    {
        http.Response.Headers.WWWAuthenticate = $"Keystone uri=\"{ApiLinks.BaseOf(http)}\"";
        return new ApiFaultException(
            StatusCodes.Status401Unauthorized, "The request you have made requires authentication.");
    }
}
