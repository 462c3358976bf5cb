using System.Diagnostics;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>
/// The request that an action began with. The first line of the step log keeps it, so that a command which is sent
/// again, and a take-over on another host, still belong to the trace of the request.
/// </summary>
/// <param name="RequestId">As the answer's header <c>x-openstack-request-id</c> has it; empty where unknown.</param>
/// <param name="TraceParent">Its span, W3C Trace Context <c>traceparent</c>; empty where there was none.</param>
internal sealed record RequestOrigin(string RequestId, string TraceParent)
{
    private const string RequestFact = "request_id";
    private const string TraceFact = "traceparent";

    /// <summary>Of an action whose first line tells nothing.</summary>
    public static readonly RequestOrigin Unknown = new("", "");

    /// <summary>The trace; empty where there was none.</summary>
    public string TraceId => Context is { } context ? context.TraceId.ToHexString() : "";

    /// <summary>The span of the request; null where there was none.</summary>
    public ActivityContext? Context =>
        ActivityContext.TryParse(TraceParent, traceState: null, isRemote: true, out var context) ? context : null;

    /// <summary>Of the request that is being answered now.</summary>
    public static RequestOrigin Current(string requestId) => new(
        requestId,
        Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? id : "");

    /// <summary>From the facts of the line.</summary>
    public static RequestOrigin Of(StepFacts? facts) => facts is null
        ? Unknown
        : new RequestOrigin(facts.GetValueOrDefault(RequestFact, ""), facts.GetValueOrDefault(TraceFact, ""));

    /// <summary>As the line keeps it.</summary>
    public StepFacts Facts()
    {
        var facts = new StepFacts();
        if (RequestId.Length > 0)
            facts.With(RequestFact, RequestId);
        if (TraceParent.Length > 0)
            facts.With(TraceFact, TraceParent);
        return facts;
    }
}
