using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Quotas;
using BackupEngine.ControlPlane.Api.Services;

namespace BackupEngine.ControlPlane.Api.OpenApi;

/// <summary>The routes of quotas, messages, services, and what clients ask before they begin.</summary>
internal static class OtherOperations
{
    public static readonly ApiOperation[] All =
    [
        new("GET /os-quota-sets/{id}", "Show the limits of a project, with ?usage=True what is used"),
        new("GET /os-quota-sets/{id}/defaults", "Show the limits of projects without their own"),
        new("PUT /os-quota-sets/{id}", "Set limits of a project")
        {
            ForAdministrators = true,
            Body = QuotaEndpoints.SetBody,
        },
        new("DELETE /os-quota-sets/{id}", "Forget the limits of a project") { ForAdministrators = true },
        new("GET /os-quota-class-sets/{id}", "Show the limits of a class") { ForAdministrators = true },
        new("PUT /os-quota-class-sets/{id}", "Set limits of a class")
        {
            ForAdministrators = true,
            Body = QuotaEndpoints.ClassBody,
        },
        new("GET /limits", "Show limits and use") { Field = "limits", Type = ApiJson.Relaxed.LimitsView },
        new("GET /messages", "List what failed")
        {
            Since = 3,
            Field = "messages",
            Type = ApiJson.Relaxed.MessageView,
            IsList = true,
        },
        new("GET /messages/{id}", "Show a message")
        {
            Since = 3,
            Field = "message",
            Type = ApiJson.Relaxed.MessageView,
        },
        new("DELETE /messages/{id}", "Delete a message") { Since = 3, Status = StatusCodes.Status204NoContent },
        new("GET /extensions", "List the extensions")
        {
            Field = "extensions",
            Type = ApiJson.Relaxed.ExtensionView,
            IsList = true,
        },
        new("GET /extensions/{alias}", "Show an extension")
        {
            Field = "extension",
            Type = ApiJson.Relaxed.ExtensionView,
        },
        new("GET /types", "List the volume types")
        {
            Field = "volume_types",
            Type = ApiJson.Relaxed.VolumeTypeView,
            IsList = true,
        },
        new("GET /types/{id}", "Show a volume type") { Field = "volume_type", Type = ApiJson.Relaxed.VolumeTypeView },
        new("GET /os-services", "List the services")
        {
            ForAdministrators = true,
            Field = "services",
            Type = ApiJson.Relaxed.ServiceView,
            IsList = true,
        },
        .. OfServices(),
        new("GET /os-availability-zone", "List the zones")
        {
            Field = "availabilityZoneInfo",
            Type = ApiJson.Relaxed.AvailabilityZoneView,
            IsList = true,
        },
        new("GET /resource_filters", "List what lists can be filtered by")
        {
            Since = 33,
            Field = "resource_filters",
            Type = ApiJson.Relaxed.ResourceFilterView,
            IsList = true,
        },
    ];

    private static ApiOperation[] OfServices() =>
    [
        new("PUT /os-services/enable", "Let a service take work")
        {
            ForAdministrators = true,
            Body = ServiceBodies.Update,
        },
        new("PUT /os-services/disable", "Let a service take nothing new")
        {
            ForAdministrators = true,
            Body = ServiceBodies.Update,
        },
        new("PUT /os-services/disable-log-reason", "Let a service take nothing new, and say why")
        {
            ForAdministrators = true,
            Body = ServiceBodies.WithReason,
        },
    ];
}
