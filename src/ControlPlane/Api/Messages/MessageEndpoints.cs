using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Messages;

/// <summary>The routes of messages to users.</summary>
internal static class MessageEndpoints
{
    private const int Since = 3;

    private static readonly ListResource<MessageEntity> Resource = new()
    {
        Collection = MessageView.Collection,
        Rule = PolicyRules.MessageGetAll,
        NotFound = NotFound,
        PublicFilters = ["resource_uuid", "resource_type", "request_id", "message_level"],
        Columns = new Dictionary<string, ListColumn<MessageEntity>>(StringComparer.Ordinal)
        {
            ["id"] = Column.Id<MessageEntity>(message => message.Id),
            ["created_at"] = Column.Time<MessageEntity>(message => message.CreatedAt),
            ["resource_uuid"] = Column.OptionalId<MessageEntity>(message => message.ResourceId),
            ["resource_type"] = Column.Text<MessageEntity>(message => message.ResourceType),
            ["request_id"] = Column.Text<MessageEntity>(message => message.RequestId),
            ["message_level"] = Column.Text<MessageEntity>(message => message.Level),
        },
    };

    /// <summary>What users may filter by.</summary>
    public static IReadOnlyList<string> Filters => Resource.PublicFilters;

    /// <summary>Maps the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/messages", ListAsync);
        routes.MapGet("/messages/{id}", ShowAsync);
        routes.MapDelete("/messages/{id}", DeleteAsync);
    }

    private static async Task<IResult> ListAsync(
        ApiRequest request, EngineDatabase database, CancellationToken cancellationToken)
    {
        request.RequireVersion(Since);
        var page = await RecordLister.ListAsync(database.Messages, Resource, request, cancellationToken);
        return page.ToAnswer(request, Resource, "", MessageView.Of, ApiJson.Relaxed.MessageView);
    }

    private static async Task<IResult> ShowAsync(
        ApiRequest request, string id, EngineDatabase database, CancellationToken cancellationToken)
    {
        request.RequireVersion(Since);
        var message = await FindAsync(request, id, PolicyRules.MessageGet, database, cancellationToken);
        return new ObjectAnswer<MessageView>(
            "message", MessageView.Of(request, message), ApiJson.Relaxed.MessageView);
    }

    private static async Task<IResult> DeleteAsync(
        ApiRequest request, string id, EngineDatabase database, TimeProvider clock, CancellationToken cancellationToken)
    {
        request.RequireVersion(Since);
        var message = await FindAsync(request, id, PolicyRules.MessageDelete, database, cancellationToken);
        await database.Messages.Where(row => row.Id == message.Id && row.DeletedAt == null).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.DeletedAt, clock.GetUtcNow().UtcDateTime), cancellationToken);
        return Results.StatusCode(StatusCodes.Status204NoContent);
    }

    private static async Task<MessageEntity> FindAsync(
        ApiRequest request,
        string id,
        PolicyRule rule,
        EngineDatabase database,
        CancellationToken cancellationToken)
    {
        var message = Guid.TryParse(id, out var guid)
            ? await database.Messages.AsNoTracking().InScopeOf(request.Caller)
                .SingleOrDefaultAsync(row => row.Id == guid, cancellationToken) ?? throw NotFound(id)
            : throw NotFound(id);
        request.Require(rule, message);
        return message;
    }

    private static ApiFaultException NotFound(string id) =>
        new(StatusCodes.Status404NotFound, $"Message {id} could not be found.");
}
