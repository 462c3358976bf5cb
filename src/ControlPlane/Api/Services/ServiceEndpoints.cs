using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Api.Stock;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Hosts;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Services;

/// <summary>The routes of services and zones: every host that has ever said that it lives.</summary>
internal static class ServiceEndpoints
{
    private const string Prefix = "cinder-";

    /// <summary>Maps the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/os-services", ListAsync);
        routes.MapPut("/os-services/enable", EnableAsync);
        routes.MapPut("/os-services/disable", DisableAsync);
        routes.MapPut("/os-services/disable-log-reason", DisableWithReasonAsync);
        routes.MapGet("/os-availability-zone", ListZonesAsync);
    }

    private static async Task<IResult> ListAsync(
        ApiRequest request, HostDirectory hosts, CancellationToken cancellationToken)
    {
        if (!request.Allows(PolicyRules.ServiceList))
            throw new ApiFaultException(StatusCodes.Status403Forbidden, "User does not have admin privileges");
        var query = request.Http.Request.Query;
        var (host, binary) = (query["host"].ToString(), query["binary"].ToString());
        var services = (await hosts.ListAsync(cancellationToken))
            .Where(state => state.Record.Role != EngineRole.Api).Select(View)
            .Where(service => (host.Length == 0 || service.Host == host)
                && (binary.Length == 0 || service.Binary == binary));
        return new ListAnswer<ServiceView>("services", [.. services], ApiJson.Relaxed.ServiceView);
    }

    private static ServiceView View(HostState state) => new()
    {
        Binary = Prefix + state.Record.Role,
        Host = state.Record.Host,
        Zone = state.Record.Zone,
        Status = StatusOf(state.Record.DisabledAt is not null),
        State = state.Lives ? "up" : "down",
        UpdatedAt = state.Record.SeenAt,
        DisabledReason = state.Record.DisabledReason,
    };

    private static Task<IResult> EnableAsync(
        ApiRequest request, EngineDatabase database, CancellationToken cancellationToken) =>
        ChangeAsync(request, database, ServiceBodies.Update, disabled: false, cancellationToken);

    private static Task<IResult> DisableAsync(
        ApiRequest request, EngineDatabase database, CancellationToken cancellationToken) =>
        ChangeAsync(request, database, ServiceBodies.Update, disabled: true, cancellationToken);

    private static Task<IResult> DisableWithReasonAsync(
        ApiRequest request, EngineDatabase database, CancellationToken cancellationToken) =>
        ChangeAsync(request, database, ServiceBodies.WithReason, disabled: true, cancellationToken);

    private static async Task<IResult> ChangeAsync(
        ApiRequest request, EngineDatabase database, Schema schema, bool disabled, CancellationToken cancellationToken)
    {
        var body = await BodyReader.ReadAsync(request.Http, cancellationToken);
        schema.Require(body);
        request.Require(PolicyRules.ServiceUpdate);
        var (host, reason) = (body["host"]!.Text, disabled ? body["disabled_reason"]?.Text : null);
        var binary = (body["binary"] ?? body["service"])?.Text ?? "";
        var role = binary.StartsWith(Prefix, StringComparison.Ordinal) ? binary[Prefix.Length..] : "";
        var row = database.Hosts.Where(service => service.Host == host && service.Role == role);
        var changed = disabled
            ? await row.ExecuteUpdateAsync(
                set => set.SetProperty(service => service.DisabledAt, service => service.DisabledAt ?? DateTime.UtcNow)
                    .SetProperty(service => service.DisabledReason, reason),
                cancellationToken)
            : await row.ExecuteUpdateAsync(
                set => set.SetProperty(service => service.DisabledAt, (DateTime?)null)
                    .SetProperty(service => service.DisabledReason, (string?)null),
                cancellationToken);
        if (changed == 0)
            throw new ApiFaultException(
                StatusCodes.Status404NotFound, $"Service {binary} could not be found on host {host}.");
        return new ServiceAnswer(new ServiceChangeView
        {
            Host = host,
            Service = binary,
            Binary = binary,
            Disabled = disabled,
            Status = StatusOf(disabled),
            DisabledReason = reason,
        });
    }

    private static async Task<IResult> ListZonesAsync(
        ApiRequest _, HostDirectory hosts, EngineOptions options, CancellationToken cancellationToken)
    {
        var zones = (await hosts.ListAsync(cancellationToken))
            .Where(state => state.Record.Role != EngineRole.Api)
            .GroupBy(state => state.Record.Zone, StringComparer.Ordinal)
            .Select(zone => new AvailabilityZoneView(zone.Key, zone.Any(state => state.Takes)))
            .ToList();
        if (zones.Count == 0)
            zones.Add(new AvailabilityZoneView(options.AvailabilityZone, isAvailable: true));
        return new ListAnswer<AvailabilityZoneView>(
            "availabilityZoneInfo", zones, ApiJson.Relaxed.AvailabilityZoneView);
    }

    private static string StatusOf(bool disabled) => disabled ? "disabled" : "enabled";
}
