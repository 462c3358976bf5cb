using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Versions;

namespace BackupEngine.ControlPlane.Api.Pipeline;

/// <summary>
/// Gives every answer, refusals too, the request's id, and under <c>/v3</c> the version that it is of: strict clients
/// fail without them.
/// </summary>
internal sealed class ResponseHeadersMiddleware(RequestDelegate next)
{
    /// <summary>Handles one request.</summary>
    public Task InvokeAsync(HttpContext http)
    {
        var id = "req-" + Guid.NewGuid();
        http.TraceIdentifier = id;
        var headers = http.Response.Headers;
        headers["x-compute-request-id"] = id;
        headers["x-openstack-request-id"] = id;
        if (!ApiPaths.IsApi(http.Request.Path))
            return next(http);

        var requested = RequestedVersion.Of(http.Request.Headers[VersionNegotiation.HeaderName]);
        http.Features.Set(requested);
        headers[VersionNegotiation.HeaderName] = $"volume {requested.Version}";
        headers.Vary = VersionNegotiation.HeaderName;
        return next(http);
    }
}
