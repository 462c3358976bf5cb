using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Quotas;

/// <summary>
/// The limits in effect: those of the project, else of the class <c>default</c>, else of the options.
/// </summary>
internal sealed class QuotaLimits(EngineDatabase database, EngineOptions options)
{
    /// <summary>The class whose limits hold for every project that has none of its own.</summary>
    public const string DefaultClass = "default";

    /// <summary>The limits of a project.</summary>
    public async Task<Dictionary<string, int>> OfProjectAsync(string projectId, CancellationToken cancellationToken)
    {
        var limits = await OfClassAsync(DefaultClass, cancellationToken);
        await ApplyAsync(limits, QuotaLimitEntity.OfProject, projectId, cancellationToken);
        return limits;
    }

    /// <summary>The limits of a class; of one that nobody has changed: those of the options.</summary>
    public async Task<Dictionary<string, int>> OfClassAsync(string name, CancellationToken cancellationToken)
    {
        var limits = QuotaResource.Configured(options);
        await ApplyAsync(limits, QuotaLimitEntity.OfClass, name, cancellationToken);
        return limits;
    }

    /// <summary>Sets limits; what is not named stays.</summary>
    public async Task SetAsync(
        string scope, string name, IReadOnlyDictionary<string, int> limits, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        foreach (var (resource, limit) in limits)
        {
            await database.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO "QuotaLimits" ("Scope", "Name", "Resource", "HardLimit")
                VALUES ({scope}, {name}, {resource}, {limit})
                ON CONFLICT ("Scope", "Name", "Resource") DO UPDATE SET "HardLimit" = excluded."HardLimit"
                """,
                cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>A project has the limits of its class again.</summary>
    public Task ForgetAsync(string projectId, CancellationToken cancellationToken) => database.QuotaLimits
        .Where(limit => limit.Scope == QuotaLimitEntity.OfProject && limit.Name == projectId)
        .ExecuteDeleteAsync(cancellationToken);

    private async Task ApplyAsync(
        Dictionary<string, int> limits, string scope, string name, CancellationToken cancellationToken)
    {
        var set = await database.QuotaLimits.AsNoTracking()
            .Where(limit => limit.Scope == scope && limit.Name == name).ToListAsync(cancellationToken);
        foreach (var limit in set)
            limits[limit.Resource] = limit.HardLimit;
    }
}
