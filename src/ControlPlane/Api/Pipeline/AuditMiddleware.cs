using System.Globalization;
using BackupEngine.ControlPlane.Authentication;

namespace BackupEngine.ControlPlane.Api.Pipeline;

/// <summary>
/// Writes a line to the log for every request that changes something, or that is refused for who asked: who, what,
/// outcome, request id. Its category is <see cref="Category"/>, so that it can be sent elsewhere.
/// </summary>
internal sealed class AuditMiddleware(RequestDelegate next, ILoggerFactory logs)
{
    /// <summary>The category of the lines.</summary>
    public const string Category = "BackupEngine.Audit";

    private const int LongestPath = 500;

    private readonly ILogger _log = logs.CreateLogger(Category);

    /// <summary>Handles a request.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        await next(http);
        if (IsOfInterest(http))
            Write(http);
    }

    private static bool IsOfInterest(HttpContext http) => ApiPaths.IsApi(http.Request.Path)
        && (!HttpMethods.IsGet(http.Request.Method)
            || http.Response.StatusCode is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden);

    private void Write(HttpContext http)
    {
        var caller = http.Features.Get<Caller>();
        // Escaped as in an address: nothing that a client sends makes a line of its own.
        var path = http.Request.Path.ToUriComponent();
        _log.LogInformation(
            "{Method} {Path} {Status} by user {User} of project {Project} as {Roles}, {Client}, {RequestId}",
            MethodOf(http.Request.Method),
            path.Length <= LongestPath ? path : path[..LongestPath],
            http.Response.StatusCode.ToString(CultureInfo.InvariantCulture),
            caller?.UserId ?? "nobody",
            caller?.ProjectId ?? "none",
            caller is null ? "nobody" : string.Join('+', caller.Roles),
            http.Connection.RemoteIpAddress?.ToString() ?? "local",
            http.TraceIdentifier);
    }

    private static string MethodOf(string method) =>
        method.Length <= 10 && method.All(char.IsAsciiLetter) ? method : "other";
}
