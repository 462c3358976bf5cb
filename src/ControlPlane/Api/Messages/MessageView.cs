using System.Text.Json.Serialization;
using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Api.Messages;

/// <summary>A message as it is shown.</summary>
internal sealed record MessageView
{
    public const string Collection = "messages";

    private static readonly Dictionary<string, string> Actions = new(StringComparer.Ordinal)
    {
        ["013"] = "create backup",
        ["014"] = "delete backup",
        ["015"] = "restore backup",
        ["901"] = "verify backup",
    };

    private static readonly Dictionary<string, string> Details = new(StringComparer.Ordinal)
    {
        ["006"] = "Not enough quota resource for operation.",
        ["017"] = "Backup status is invalid.",
        ["018"] = "Backup service is down.",
        ["019"] = "Failed to get backup device from the volume service.",
        ["020"] = "Backup driver failed to create backup.",
        ["021"] = "Failed to attach volume.",
        ["022"] = "Failed to detach volume.",
        ["023"] = "Cleanup of temporary volume/snapshot failed.",
        ["024"] = "Backup failed to schedule. Service not found for creating backup.",
        ["025"] = "Backup driver failed to delete backup.",
        ["026"] = "Backup driver failed to restore backup.",
        ["027"] = "Volume status is invalid.",
        ["901"] = "Some of what is stored of the backup is damaged: it cannot be restored whole.",
        ["902"] = "The verification could not be carried out.",
    };

    public required Guid Id { get; init; }

    public required string EventId { get; init; }

    public required string UserMessage { get; init; }

    public required string MessageLevel { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime GuaranteedUntil { get; init; }

    public required string? RequestId { get; init; }

    public required string ResourceType { get; init; }

    [JsonPropertyName("resource_uuid")]
    public required Guid? ResourceId { get; init; }

    public required IReadOnlyList<Link> Links { get; init; }

    /// <summary>A record as it is shown.</summary>
    public static MessageView Of(ApiRequest request, MessageEntity message) => new()
    {
        Id = message.Id,
        EventId = $"VOLUME_{message.ResourceType}_{message.ActionId}_{message.DetailId}",
        UserMessage = $"{Actions.GetValueOrDefault(message.ActionId, "unknown action")}: "
            + Details.GetValueOrDefault(message.DetailId, "An unknown error occurred."),
        MessageLevel = message.Level,
        CreatedAt = message.CreatedAt,
        GuaranteedUntil = message.ExpiresAt,
        RequestId = message.RequestId.Length > 0 ? message.RequestId : null,
        ResourceType = message.ResourceType,
        ResourceId = message.ResourceId,
        Links = request.Links.Of(Collection, message.Id),
    };
}
