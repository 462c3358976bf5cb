using System.Text.Json.Serialization.Metadata;
using BackupEngine.ControlPlane.Api.Bodies;

namespace BackupEngine.ControlPlane.Api.OpenApi;

/// <summary>What one route does, for the document that describes them.</summary>
/// <param name="Route">Method and path below <c>/v3/{project_id}</c>, such as <c>GET /backups/{id}</c>.</param>
/// <param name="Summary">What it does, in a few words.</param>
internal sealed record ApiOperation(string Route, string Summary)
{
    /// <summary>Status of success.</summary>
    public int Status { get; init; } = StatusCodes.Status200OK;

    /// <summary>The first minor version that has it.</summary>
    public int Since { get; init; }

    /// <summary>Whether only administrators may.</summary>
    public bool ForAdministrators { get; init; }

    /// <summary>The body at the newest version; null where there is none.</summary>
    public Schema? Body { get; init; }

    /// <summary>Headers that it looks at beside those of every route, each with what it does.</summary>
    public IReadOnlyList<(string Name, string Description)> Headers { get; init; } = [];

    /// <summary>Bodies of an action route, one of which is sent.</summary>
    public IReadOnlyList<Schema> Actions { get; init; } = [];

    /// <summary>The field of the answer; null where the answer is empty, or not described further.</summary>
    public string? Field { get; init; }

    /// <summary>What is under that field, or in its list.</summary>
    public JsonTypeInfo? Type { get; init; }

    /// <summary>Whether the field is a list that is paged, sorted and filtered.</summary>
    public bool IsList { get; init; }

    /// <summary>The method.</summary>
    public string Method => Route[..Route.IndexOf(' ')];

    /// <summary>The path.</summary>
    public string Path => Route[(Route.IndexOf(' ') + 1)..];
}
