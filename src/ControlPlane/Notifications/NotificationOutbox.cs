using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Notifications;

/// <summary>
/// Writes notifications to the database, in the transaction that makes true what they tell: either both are committed
/// or neither is. Nobody waits for the broker.
/// </summary>
internal sealed class NotificationOutbox(EngineOptions options)
{
    /// <summary>Whether anything is written.</summary>
    public bool IsOn => NotificationSettings.AreOn(options);

    /// <summary>
    /// Adds one that tells the record as the transaction has it, to be saved in that transaction. Nothing where
    /// notifications are off.
    /// </summary>
    /// <param name="database">The transaction's.</param>
    /// <param name="backupId">The record.</param>
    /// <param name="told">What is told.</param>
    /// <param name="requestId">The request that asked for the action; empty where it is not known.</param>
    /// <param name="now">UTC.</param>
    /// <param name="percent">How far the backup has come; null where that is not what is told.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task AddAsync(
        EngineDatabase database,
        Guid backupId,
        NotificationEvent told,
        string requestId,
        DateTime now,
        int? percent,
        CancellationToken cancellationToken)
    {
        if (!IsOn)
            return;
        var backup = await database.Backups.AsNoTracking().SingleAsync(row => row.Id == backupId, cancellationToken);
        Add(database, backup, told, requestId, now, percent);
    }

    /// <summary>The same of a record that has been read in the transaction.</summary>
    public void Add(
        EngineDatabase database,
        BackupEntity backup,
        NotificationEvent told,
        string requestId,
        DateTime now,
        int? percent = null)
    {
        if (!IsOn)
            return;
        var id = Guid.NewGuid();
        database.Notifications.Add(new NotificationEntity
        {
            BackupId = backup.Id,
            EventType = told.Type,
            Priority = told.Priority,
            MessageId = id,
            MessageJson = NotificationMessage.Write(id, options.Host, told, backup, requestId, now, percent),
            CreatedAt = now,
        });
    }
}
