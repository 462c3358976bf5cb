using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Attachments;
using BackupEngine.ControlPlane.Api.Backups;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Messages;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Api.Quotas;
using BackupEngine.ControlPlane.Api.Snapshots;
using BackupEngine.ControlPlane.Api.Volumes;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;

namespace BackupEngine.ControlPlane.Api.Stock;

/// <summary>What stock clients ask for besides volumes, snapshots and backups.</summary>
internal static class StockEndpoints
{
    private const int ResourceFiltersSince = 33;

    private static readonly ExtensionView[] Extensions =
    [
        new("backups", "Backups", "Backups support."),
        new("os-availability-zone", "AvailabilityZones", "Describe Availability Zones."),
        new("os-extended-snapshot-attributes", "ExtendedSnapshotAttributes", "Extended SnapshotAttributes support."),
        new("os-quota-sets", "Quotas", "Quota management support."),
        new("os-services", "Services", "Services support."),
        new("os-used-limits", "UsedLimits", "Provide data on limited resource usage."),
        new("os-vol-host-attr", "VolumeHostAttribute", "Expose host as an attribute of a volume."),
        new("os-vol-tenant-attr", "VolumeTenantAttribute",
            "Expose the internal project_id as an attribute of a volume."),
        new("os-volume-actions", "VolumeActions", "Enable volume actions."),
    ];

    /// <summary>Maps the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/extensions", (ApiRequest _) =>
            new ListAnswer<ExtensionView>("extensions", Extensions, ApiJson.Relaxed.ExtensionView));
        routes.MapGet("/extensions/{alias}", (ApiRequest _, string alias) => Extension(alias));
        routes.MapGet("/resource_filters", ResourceFilters);
        routes.MapGet("/types", VolumeTypes);
        routes.MapGet("/types/{id}", VolumeType);
        routes.MapGet("/limits", LimitsAsync);
    }

    private static ObjectAnswer<ExtensionView> Extension(string alias) => new(
        "extension", Extensions.FirstOrDefault(extension => extension.Alias == alias) ?? throw Fault.NotFound(),
        ApiJson.Relaxed.ExtensionView);

    private static ListAnswer<VolumeTypeView> VolumeTypes(ApiRequest request)
    {
        request.Require(PolicyRules.TypeGetAll);
        return new ListAnswer<VolumeTypeView>("volume_types", [new VolumeTypeView()], ApiJson.Relaxed.VolumeTypeView);
    }

    private static ObjectAnswer<VolumeTypeView> VolumeType(ApiRequest request, string id)
    {
        request.Require(PolicyRules.TypeGet);
        return id == "default" || (Guid.TryParse(id, out var typeId) && typeId == VolumeTypeView.DefaultId)
            ? new ObjectAnswer<VolumeTypeView>("volume_type", new VolumeTypeView(), ApiJson.Relaxed.VolumeTypeView)
            : throw new ApiFaultException(StatusCodes.Status404NotFound, $"Volume type {id} could not be found.");
    }

    private static ListAnswer<ResourceFilterView> ResourceFilters(ApiRequest request)
    {
        if (!request.Version.Has(ResourceFiltersSince))
            throw Fault.NotFound();
        ResourceFilterView[] filters =
        [
            new("volume", VolumeLists.Resource.PublicFilters),
            new("snapshot", SnapshotLists.Resource.PublicFilters),
            new("backup", BackupLists.Resource.PublicFilters),
            new("message", MessageEndpoints.Filters),
            new("attachment", AttachmentLists.Resource.PublicFilters),
        ];
        var only = request.Http.Request.Query["resource"].ToString();
        return new ListAnswer<ResourceFilterView>(
            "resource_filters", [.. filters.Where(filter => only.Length == 0 || filter.Resource == only)],
            ApiJson.Relaxed.ResourceFilterView);
    }

    private static async Task<IResult> LimitsAsync(
        ApiRequest request, EngineDatabase database, QuotaLimits quotas, CancellationToken cancellationToken)
    {
        var asked = request.Http.Request.Query["project_id"].ToString();
        var project = request.Caller.IsAdmin && asked.Length > 0 ? asked : request.Caller.ProjectId;
        var limits = await quotas.OfProjectAsync(project, cancellationToken);
        var use = request.Allows(PolicyRules.UsedLimits)
            ? await database.CountUseAsync(project, cancellationToken)
            : null;
        return new ObjectAnswer<LimitsView>(
            "limits", new LimitsView { Absolute = AbsoluteLimitsView.Of(limits, use) }, ApiJson.Relaxed.LimitsView);
    }
}
