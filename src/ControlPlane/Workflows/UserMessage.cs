using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>
/// Tells the user of a backup what failed, with the numbers of Cinder (<c>cinder/message/message_field.py</c>).
/// </summary>
internal static class UserMessage
{
    /// <summary>What messages of backups are about.</summary>
    public const string BackupType = "VOLUME_BACKUP";

    /// <summary>What messages are about where no backup was made.</summary>
    private const string VolumeType = "VOLUME";

    private const int DaysKept = 30;

    /// <summary>The detail of a verification that found damage; Cinder has no such number.</summary>
    public const string Damaged = "901";

    /// <summary>
    /// Adds the message of a workflow that failed, in a transaction of the caller's; messages of past times go.
    /// </summary>
    public static Task AddAsync(
        EngineDatabase database, BackupEntity backup, WorkflowKind kind, string reason, DateTime now,
        CancellationToken cancellationToken) =>
        AddDetailAsync(database, backup, kind, DetailOf(kind, reason), now, cancellationToken);

    /// <summary>Adds the message of a workflow with a detail, likewise.</summary>
    public static async Task AddDetailAsync(
        EngineDatabase database, BackupEntity backup, WorkflowKind kind, string detail, DateTime now,
        CancellationToken cancellationToken)
    {
        await database.Messages.Where(message => message.ExpiresAt < now).ExecuteDeleteAsync(cancellationToken);
        database.Messages.Add(new MessageEntity
        {
            Id = Guid.NewGuid(),
            ProjectId = backup.ProjectId,
            ResourceType = BackupType,
            ResourceId = backup.Id,
            ActionId = ActionOf(kind),
            DetailId = detail,
            CreatedAt = now,
            ExpiresAt = now.AddDays(DaysKept),
        });
    }

    /// <summary>
    /// Adds the message of a backup that a policy asked for and that was refused, in a transaction of the caller's.
    /// </summary>
    public static void AddRefusedBackup(
        EngineDatabase database, string projectId, Guid volumeId, string detail, DateTime now) =>
        database.Messages.Add(new MessageEntity
        {
            Id = Guid.NewGuid(),
            ProjectId = projectId,
            ResourceType = VolumeType,
            ResourceId = volumeId,
            ActionId = "013",
            DetailId = detail,
            CreatedAt = now,
            ExpiresAt = now.AddDays(DaysKept),
        });

    private static string ActionOf(WorkflowKind kind) => kind.Name switch
    {
        "create" => "013",
        "delete" => "014",
        "restore" => "015",
        _ => "901",
    };

    private static string DetailOf(WorkflowKind kind, string reason)
    {
        if (kind == WorkflowKind.Verify)
            return "902";
        if (IsAt(reason, WorkflowStep.AttachDevice) || IsAt(reason, WorkflowStep.ExposeDevice))
            return "021";
        if (IsAt(reason, WorkflowStep.DetachDevice) || IsAt(reason, WorkflowStep.DisconnectDevice))
            return "022";
        if (IsAt(reason, WorkflowStep.RemoveTemporaryObject))
            return "023";
        if (IsAt(reason, WorkflowStep.GetBackupDevice))
            return "019";
        return kind == WorkflowKind.Create ? "020" : kind == WorkflowKind.Delete ? "025" : "026";
    }

    private static bool IsAt(string reason, WorkflowStep step) =>
        reason.StartsWith($"step {step}:", StringComparison.Ordinal);
}
