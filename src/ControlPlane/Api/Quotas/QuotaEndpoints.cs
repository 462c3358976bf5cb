using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Api.Quotas;

/// <summary>The routes of quotas.</summary>
internal static class QuotaEndpoints
{
    private const string Set = "quota_set";
    private const string ClassSet = "quota_class_set";

    /// <summary>Of limits of a project.</summary>
    public static readonly Schema SetBody = QuotaChange.Body(Set);

    /// <summary>Of limits of a class.</summary>
    public static readonly Schema ClassBody = QuotaChange.Body(ClassSet);

    /// <summary>Maps the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/os-quota-sets/{id}", ShowAsync);
        routes.MapGet("/os-quota-sets/{id}/defaults", ShowDefaultsAsync);
        routes.MapPut("/os-quota-sets/{id}", UpdateAsync);
        routes.MapDelete("/os-quota-sets/{id}", DeleteAsync);
        routes.MapGet("/os-quota-class-sets/{id}", ShowClassAsync);
        routes.MapPut("/os-quota-class-sets/{id}", UpdateClassAsync);
    }

    private static async Task<IResult> ShowAsync(
        ApiRequest request, string id, EngineDatabase database, QuotaLimits quotas, CancellationToken cancellationToken)
    {
        request.Require(PolicyRules.QuotaShow, id);
        var withUse = Truth(request, "usage", otherwise: false);
        return new QuotaAnswer(Set, id, await quotas.OfProjectAsync(id, cancellationToken))
        {
            Use = withUse ? await database.CountUseAsync(id, cancellationToken) : null,
        };
    }

    private static async Task<IResult> ShowDefaultsAsync(
        ApiRequest request, string id, QuotaLimits quotas, CancellationToken cancellationToken)
    {
        request.Require(PolicyRules.QuotaShow, id);
        return new QuotaAnswer(Set, id, await quotas.OfClassAsync(QuotaLimits.DefaultClass, cancellationToken));
    }

    private static async Task<IResult> UpdateAsync(
        ApiRequest request, string id, EngineDatabase database, QuotaLimits quotas, CancellationToken cancellationToken)
    {
        var body = await BodyReader.ReadAsync(request.Http, cancellationToken);
        SetBody.Require(body);
        request.Require(PolicyRules.QuotaUpdate, id);
        var limits = QuotaChange.Read(body[Set]!);
        if (!Truth(request, "skip_validation", otherwise: true))
            RequireEnough(limits, await database.CountUseAsync(id, cancellationToken));
        await quotas.SetAsync(QuotaLimitEntity.OfProject, id, limits, cancellationToken);
        return new QuotaAnswer(Set, id: null, await quotas.OfProjectAsync(id, cancellationToken));
    }

    private static async Task<IResult> DeleteAsync(
        ApiRequest request, string id, QuotaLimits quotas, CancellationToken cancellationToken)
    {
        request.Require(PolicyRules.QuotaDelete, id);
        await quotas.ForgetAsync(id, cancellationToken);
        return Results.StatusCode(StatusCodes.Status200OK);
    }

    private static async Task<IResult> ShowClassAsync(
        ApiRequest request, string id, QuotaLimits quotas, CancellationToken cancellationToken)
    {
        request.Require(PolicyRules.QuotaClassGet);
        return new QuotaAnswer(ClassSet, id, await quotas.OfClassAsync(id, cancellationToken));
    }

    private static async Task<IResult> UpdateClassAsync(
        ApiRequest request, string id, QuotaLimits quotas, CancellationToken cancellationToken)
    {
        var body = await BodyReader.ReadAsync(request.Http, cancellationToken);
        ClassBody.Require(body);
        request.Require(PolicyRules.QuotaClassUpdate);
        await quotas.SetAsync(
            QuotaLimitEntity.OfClass, id, QuotaChange.Read(body[ClassSet]!), cancellationToken);
        return new QuotaAnswer(ClassSet, id: null, await quotas.OfClassAsync(id, cancellationToken));
    }

    private static void RequireEnough(Dictionary<string, int> limits, QuotaUse use)
    {
        foreach (var (resource, limit) in limits)
        {
            if (limit >= 0 && limit < use.Of(resource))
                throw Fault.BadRequest(
                    $"Quota {resource} limit must be equal or greater than existing resources. Current usage is " +
                    $"{use.Of(resource)} and the requested limit is {limit}.");
        }
    }

    private static bool Truth(ApiRequest request, string name, bool otherwise) =>
        request.Http.Request.Query.TryGetValue(name, out var values)
            ? QueryTruth.TryRead(values[^1] ?? "", out var truth)
                ? truth
                : throw Fault.BadRequest($"Value '{values[^1]}' for '{name}' is not a boolean.")
            : otherwise;
}
