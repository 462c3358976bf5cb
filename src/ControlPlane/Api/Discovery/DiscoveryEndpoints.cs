using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.OpenApi;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Api.Versions;

namespace BackupEngine.ControlPlane.Api.Discovery;

/// <summary>Which versions there are, and whether the API is alive.</summary>
internal static class DiscoveryEndpoints
{
    private const string Updated = "2022-08-31T00:00:00Z";

    /// <summary>Maps <c>/</c>, <c>/v3</c>, <c>/v3/</c> and <c>/healthcheck</c>.</summary>
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/", (HttpContext http) => Versions(http, StatusCodes.Status300MultipleChoices));
        app.MapGet(ApiPaths.Root, (HttpContext http) => http.Request.Path.Value!.EndsWith('/')
            ? Versions(http, StatusCodes.Status200OK)
            : Results.Redirect(ApiLinks.BaseOf(http) + ApiPaths.Root + "/"));
        app.MapGet("/openapi.json", () => Results.Bytes(OpenApiDocument.Utf8.ToArray(), "application/json"));
        app.MapGet("/healthcheck", () => Results.Text("OK"));
    }

    private static ObjectAnswer<IReadOnlyList<VersionView>> Versions(HttpContext http, int status) =>
        new("versions", [Describe(http)], ApiJson.Relaxed.IReadOnlyListVersionView, status);

    private static VersionView Describe(HttpContext http) => new()
    {
        Id = "v3.0",
        Status = "CURRENT",
        Version = Microversion.Maximum.ToString(),
        MinVersion = Microversion.Minimum.ToString(),
        Updated = Updated,
        Links =
        [
            new Link { Rel = "describedby", Type = "text/html", Href = "https://docs.openstack.org/" },
            new Link { Rel = "self", Href = ApiLinks.BaseOf(http) + ApiPaths.Root + "/" },
        ],
        MediaTypes = [new MediaTypeView("application/json", "application/vnd.openstack.volume+json;version=3")],
    };
}
