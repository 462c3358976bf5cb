using System.Text.Json;
using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Api.Backups;

/// <summary>Backups as answers show them.</summary>
internal static class BackupViews
{
    /// <summary>Name of the collection.</summary>
    public const string Collection = "backups";

    /// <summary>A backup without details.</summary>
    public static BackupSummary Summary(ApiRequest request, BackupEntity backup) => new()
    {
        Id = backup.Id,
        Name = backup.Name,
        Links = request.Links.Of(Collection, backup.Id),
    };

    /// <summary>A backup with its details.</summary>
    public static BackupDetail Detail(ApiRequest request, BackupEntity backup) => new()
    {
        Id = backup.Id,
        Name = backup.Name,
        Links = request.Links.Of(Collection, backup.Id),
        Status = backup.Status,
        Size = backup.SizeGiB,
        ObjectCount = backup.ObjectCount,
        AvailabilityZone = backup.AvailabilityZone,
        Container = backup.Container,
        Description = backup.Description,
        FailReason = backup.FailReason,
        SnapshotId = backup.SnapshotId,
        CreatedAt = backup.CreatedAt,
        UpdatedAt = backup.UpdatedAt,
        DataTimestamp = backup.DataTimestamp,
        VolumeId = backup.VolumeId,
        IsIncremental = backup.ParentId is not null,
        ProjectId = request.Version.Has(18) && SeesOwner(request, backup) ? backup.ProjectId : null,
        Metadata = request.Version.Has(43) ? MetadataText.Read(backup.MetadataJson) : null,
        UserId = request.Version.Has(56) && SeesOwner(request, backup) ? backup.UserId : null,
    };

    private static bool SeesOwner(ApiRequest request, BackupEntity backup) =>
        request.Allows(PolicyRules.BackupProjectAttribute, backup);

    /// <summary>A line of the step log.</summary>
    public static BackupStepView Step(ApiRequest request, BackupStepEntity step) => new()
    {
        Workflow = step.Workflow,
        Number = step.Step,
        Name = step.Name,
        Attempt = step.Attempt,
        Outcome = step.Outcome,
        Facts = Facts(request, step),
        Error = step.Error,
        At = step.At,
        Host = request.Caller.IsAdmin ? step.Host : null,
    };

    /// <summary>
    /// Users see what was counted: numbers and yes or no. Where things are on the inside is the operator's.
    /// </summary>
    private static Dictionary<string, JsonElement> Facts(ApiRequest request, BackupStepEntity step)
    {
        var facts = JsonSerializer.Deserialize(step.FactsJson, ApiJson.Default.DictionaryStringJsonElement) ?? [];
        return request.Caller.IsAdmin
            ? facts
            : facts.Where(fact => IsCount(fact.Value))
                .ToDictionary(fact => fact.Key, fact => fact.Value, StringComparer.Ordinal);
    }

    private static bool IsCount(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => true,
        JsonValueKind.String => double.TryParse(value.GetString(), out _) || bool.TryParse(value.GetString(), out _),
        _ => false,
    };
}
