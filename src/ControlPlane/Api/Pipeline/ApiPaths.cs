using BackupEngine.ControlPlane.Authentication;

namespace BackupEngine.ControlPlane.Api.Pipeline;

/// <summary>The two forms in which every route exists, and what is done to a path before it is routed.</summary>
internal static class ApiPaths
{
    /// <summary>Where version 3 begins.</summary>
    public const string Root = "/v3";

    /// <summary>The route value that holds the project of the address.</summary>
    public const string ProjectId = "project_id";

    /// <summary>Prefix of the routes that name the project.</summary>
    public const string WithProject = Root + "/{" + ProjectId + ":regex(" + ProjectIdFormat.RoutePattern + ")}";

    private const string JsonSuffix = ".json";

    /// <summary>
    /// Whether a path is the API's. Routing does not mind upper and lower case, so nor may what guards the routes.
    /// </summary>
    public static bool IsApi(PathString path) => path.StartsWithSegments(Root, StringComparison.OrdinalIgnoreCase);

    /// <summary>Strips the format that old clients append: <c>/backups/ID.json</c>.</summary>
    public static PathString WithoutFormat(PathString path) =>
        IsApi(path) && path.Value!.EndsWith(JsonSuffix, StringComparison.Ordinal)
            ? new PathString(path.Value[..^JsonSuffix.Length])
            : path;

    /// <summary>Whether no route may have the path: a slash at its end is not the same address without it.</summary>
    public static bool EndsInSlash(PathString path) =>
        path.Value is { Length: > 1 } text && text[^1] == '/' && !text.Equals(Root + "/", StringComparison.Ordinal);
}
