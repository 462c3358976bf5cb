using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Versions;
using BackupEngine.ControlPlane.Authentication;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Api.Pipeline;

/// <summary>What a handler knows of its request: who asks, at which version, and how links are to be written.</summary>
/// <param name="Http">The request itself.</param>
/// <param name="Caller">Who asks.</param>
/// <param name="Version">The negotiated version.</param>
/// <param name="Policy">Who may do what.</param>
internal sealed record ApiRequest(HttpContext Http, Caller Caller, Microversion Version, Policy Policy)
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
        return ValueTask.FromResult<ApiRequest?>(
            new ApiRequest(http, caller, version, http.RequestServices.GetRequiredService<Policy>()));
    }

    /// <summary>Whether the caller may do something in the own project.</summary>
    public bool Allows(PolicyRule rule) => Policy.Allows(rule, Caller, PolicyTarget.Of(Caller));

    /// <summary>Whether the caller may do something to a record.</summary>
    public bool Allows(PolicyRule rule, IProjectRecord record) =>
        Policy.Allows(rule, Caller, new PolicyTarget(record.ProjectId, record.UserId));

    /// <summary>Refuses callers who may not do something in their own project.</summary>
    /// <exception cref="ApiFaultException">403.</exception>
    public void Require(PolicyRule rule)
    {
        if (!Allows(rule))
            throw Fault.Forbidden(rule.Name);
    }

    /// <summary>Refuses callers who may not do something to a record.</summary>
    /// <exception cref="ApiFaultException">403.</exception>
    public void Require(PolicyRule rule, IProjectRecord record)
    {
        if (!Allows(rule, record))
            throw Fault.Forbidden(rule.Name);
    }

    /// <summary>Refuses callers who may not do something in a project, which need not be their own.</summary>
    /// <exception cref="ApiFaultException">403.</exception>
    public void Require(PolicyRule rule, string projectId)
    {
        if (!Policy.Allows(rule, Caller, new PolicyTarget(projectId, UserId: null)))
            throw Fault.Forbidden(rule.Name);
    }

    /// <summary>Refuses a version in which a route was not there yet.</summary>
    public void RequireVersion(int minor)
    {
        if (!Version.Has(minor))
            throw Fault.NotFound();
    }
}
