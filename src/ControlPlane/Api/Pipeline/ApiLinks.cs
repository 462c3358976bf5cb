using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Hosting;

namespace BackupEngine.ControlPlane.Api.Pipeline;

/// <summary>Addresses in answers, as the client reached the API.</summary>
internal sealed class ApiLinks(HttpContext http)
{
    private readonly string _base = BaseOf(http);

    private readonly string _project = http.GetRouteValue(ApiPaths.ProjectId) is string project ? "/" + project : "";

    /// <summary>
    /// Where the API begins: the configured public endpoint, or the address that the request came to.
    /// </summary>
    public static string BaseOf(HttpContext http) =>
        http.RequestServices.GetRequiredService<EngineOptions>().PublicEndpoint?.TrimEnd('/')
            ?? $"{http.Request.Scheme}://{http.Request.Host}";

    /// <summary>The address of one object, and its address without a version.</summary>
    public IReadOnlyList<Link> Of(string collection, Guid id) =>
    [
        new Link { Rel = "self", Href = $"{_base}{ApiPaths.Root}{_project}/{collection}/{id}" },
        new Link { Rel = "bookmark", Href = $"{_base}{_project}/{collection}/{id}" },
    ];

    /// <summary>The address of the next page: this request's, after the last object of this page.</summary>
    public IReadOnlyList<Link> Next(string collection, Guid last)
    {
        var query = QueryString.Create(http.Request.Query
            .Where(parameter => parameter.Key != "marker")
            .SelectMany(parameter => parameter.Value, (parameter, value) => KeyValuePair.Create(parameter.Key, value))
            .Append(KeyValuePair.Create<string, string?>("marker", last.ToString())));
        return [new Link { Rel = "next", Href = $"{_base}{ApiPaths.Root}{_project}/{collection}{query}" }];
    }
}
