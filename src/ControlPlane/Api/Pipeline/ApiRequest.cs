using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Versions;
using BackupEngine.ControlPlane.Authentication;

namespace BackupEngine.ControlPlane.Api.Pipeline;

/// <summary>What a handler knows of its request: who asks, at which version, and how links are to be written.</summary>
/// <param name="Http">The request itself.</param>
/// <param name="Caller">Who asks.</param>
/// <param name="Version">The negotiated version.</param>
internal sealed record ApiRequest(HttpContext Http, Caller Caller, Microversion Version)
{
    /// <summary>Links in the form of this request: with the project id, or without it.</summary>
    public ApiLinks Links => new(Http);

    /// <summary>
    /// For the handlers' parameters. A route that came past the authentication by mistake ends here: without a caller
    /// there is no request.
    /// </summary>
    public static ValueTask<ApiRequest?> BindAsync(HttpContext http)
    {
        var caller = http.Features.Get<Caller>() ?? throw new InvalidOperationException("The request has no caller.");
        var version = http.Features.Get<RequestedVersion>()?.Version ?? Microversion.Minimum;
        return ValueTask.FromResult<ApiRequest?>(new ApiRequest(http, caller, version));
    }

    /// <summary>Refuses callers who are not administrators.</summary>
    /// <param name="rule">The policy that the refusal names.</param>
    public void RequireAdmin(string rule)
    {
        if (!Caller.IsAdmin)
            throw Fault.Forbidden(rule);
    }

    /// <summary>Refuses a version in which a route was not there yet.</summary>
    public void RequireVersion(int minor)
    {
        if (!Version.Has(minor))
            throw Fault.NotFound();
    }
}
