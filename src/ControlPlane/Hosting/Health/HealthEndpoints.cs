using System.Text.Json.Nodes;

namespace BackupEngine.ControlPlane.Hosting.Health;

/// <summary>
/// <c>GET /healthz/live</c>: this process answers. <c>GET /healthz/ready</c>: it can do its work, 200, or 503 with the
/// dependency that is down. Neither asks for a token nor tells more than names; the reasons are in the log.
/// </summary>
internal static class HealthEndpoints
{
    private const string LivePath = "/healthz/live";
    private const string ReadyPath = "/healthz/ready";

    /// <summary>Answers the two before anything else looks at a request.</summary>
    public static void UseHealth(this WebApplication app) => app.Use(async (http, next) =>
    {
        switch (http.Request.Path.Value)
        {
            case LivePath:
                await WriteAsync(http, StatusCodes.Status200OK, new JsonObject { ["status"] = "live" });
                return;
            case ReadyPath:
                await WriteReadinessAsync(http, app.Services.GetRequiredService<Readiness>());
                return;
            default:
                await next(http);
                return;
        }
    });

    private static async Task WriteReadinessAsync(HttpContext http, Readiness readiness)
    {
        var seen = await readiness.LookAsync(http.RequestAborted);
        var ready = !readiness.IsDraining && seen.All(dependency => dependency.IsUp);
        var answer = new JsonObject
        {
            ["status"] = readiness.IsDraining ? "draining" : ready ? "ready" : "not ready",
            ["dependencies"] = new JsonObject(seen.Select(dependency => KeyValuePair.Create(
                dependency.Name, (JsonNode?)JsonValue.Create(dependency.IsUp ? "up" : "down")))),
        };
        await WriteAsync(
            http, ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, answer);
    }

    private static Task WriteAsync(HttpContext http, int status, JsonObject answer)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsync(answer.ToJsonString(), http.RequestAborted);
    }
}
