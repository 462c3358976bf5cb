using BackupEngine.ControlPlane.Api.Faults;

namespace BackupEngine.ControlPlane.Api.Pipeline;

/// <summary>
/// Runs before routing: strips the format suffix, and refuses a slash at the end, which routing would overlook.
/// </summary>
internal sealed class PathMiddleware(RequestDelegate next)
{
    /// <summary>Handles one request.</summary>
    public Task InvokeAsync(HttpContext http)
    {
        http.Request.Path = ApiPaths.WithoutFormat(http.Request.Path);
        if (ApiPaths.EndsInSlash(http.Request.Path))
            http.Features.Set(new UnroutedPath());
        return next(http);
    }

    /// <summary>Marks a request that gets the plain 404 once its caller is known.</summary>
    internal sealed class UnroutedPath;
}
