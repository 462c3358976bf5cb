using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Api.Metadata;

/// <summary>The routes of the metadata of volumes and of snapshots, whole and by key.</summary>
internal static class MetadataEndpoints
{
    private const string Whole = "metadata";
    private const string One = "meta";

    /// <summary>Of all metadata.</summary>
    public static readonly Schema WholeBody = ObjectSchema.Body(Whole, new MetadataSchema());

    /// <summary>Of one item.</summary>
    public static readonly Schema OneBody = ObjectSchema.Body(One, new MetadataSchema());

    /// <summary>Maps the routes of one collection.</summary>
    /// <param name="routes">Where.</param>
    /// <param name="resource">The collection.</param>
    /// <param name="kind">What refusals call one of it.</param>
    /// <param name="rules">Who may.</param>
    public static void Map<T>(
        IEndpointRouteBuilder routes, ListResource<T> resource, string kind, MetadataRules rules)
        where T : class, IMetadataRecord
    {
        var path = $"/{resource.Collection}/{{id}}/metadata";
        var key = path + "/{key}";
        MetadataStore<T> Store(EngineDatabase database) => new(database, resource, kind);
        routes.MapGet(path, async (ApiRequest request, string id, EngineDatabase database, CancellationToken token) =>
            new MetadataAnswer(Whole, await Store(database).ReadAsync(request, id, rules.Get, token)));
        routes.MapPost(path, async (ApiRequest request, string id, EngineDatabase database, CancellationToken token) =>
            new MetadataAnswer(Whole, await Store(database).ChangeAsync(
                request, id, rules.Create, Merge(await BodyAsync(request, WholeBody, Whole, token)), token)));
        routes.MapPut(path, async (ApiRequest request, string id, EngineDatabase database, CancellationToken token) =>
            new MetadataAnswer(Whole, await Store(database).ChangeAsync(
                request, id, rules.Update, Replace(await BodyAsync(request, WholeBody, Whole, token)), token)));
        routes.MapGet(
            key, async (ApiRequest request, string id, string key, EngineDatabase database, CancellationToken token) =>
            new MetadataAnswer(One, await Store(database).ReadAsync(request, id, key, rules.Get, token)));
        routes.MapPut(
            key, async (ApiRequest request, string id, string key, EngineDatabase database, CancellationToken token) =>
        {
            var given = OnlyOf(key, await BodyAsync(request, OneBody, One, token));
            await Store(database).ChangeAsync(request, id, rules.Update, Merge(given), token);
            return new MetadataAnswer(One, given);
        });
        routes.MapDelete(
            key, async (ApiRequest request, string id, string key, EngineDatabase database, CancellationToken token) =>
        {
            await Store(database).RemoveAsync(request, id, key, rules.Delete, token);
            return Results.StatusCode(StatusCodes.Status200OK);
        });
    }

    private static async Task<Dictionary<string, string>> BodyAsync(
        ApiRequest request, Schema schema, string field, CancellationToken cancellationToken)
    {
        var body = await BodyReader.ReadAsync(request.Http, cancellationToken);
        schema.Require(body);
        return MetadataSchema.Read(body[field])!;
    }

    private static Dictionary<string, string> OnlyOf(string key, Dictionary<string, string> given)
    {
        if (!given.ContainsKey(key))
            throw Fault.BadRequest("Request body and URI mismatch");
        return given.Count == 1 ? given : throw Fault.BadRequest("Request body contains too many items");
    }

    private static Func<Dictionary<string, string>, Dictionary<string, string>> Merge(
        Dictionary<string, string> given) => present =>
    {
        foreach (var (key, value) in given)
            present[key] = value;
        return present;
    };

    private static Func<Dictionary<string, string>, Dictionary<string, string>> Replace(
        Dictionary<string, string> given) => _ => given;
}
