using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Notifications.Sending;

/// <summary>
/// The right of one process to send, in database time. One that was paused longer than its turn lasts may send what
/// another has sent meanwhile: notifications may come twice, and carry the same id then.
/// </summary>
internal sealed class NotificationTurn(IDbContextFactory<EngineDatabase> databases)
{
    /// <summary>How long a turn lasts that is not renewed.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(30);

    private readonly string _process = Guid.NewGuid().ToString("N");

    /// <summary>Takes or renews the turn, unless another process has it.</summary>
    public async Task<bool> TryTakeAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.NotificationTurns
            .Where(turn => turn.Id == NotificationTurnEntity.Only
                && (turn.Holder == _process || turn.ExpiresAt < DateTime.UtcNow))
            .ExecuteUpdateAsync(
                set => set.SetProperty(turn => turn.Holder, _process)
                    .SetProperty(turn => turn.ExpiresAt, turn => DateTime.UtcNow.AddSeconds(Length.TotalSeconds)),
                cancellationToken) > 0;
    }

    /// <summary>Lets another process send at once.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.NotificationTurns
            .Where(turn => turn.Id == NotificationTurnEntity.Only && turn.Holder == _process)
            .ExecuteUpdateAsync(
                set => set.SetProperty(turn => turn.ExpiresAt, turn => DateTime.UtcNow.AddSeconds(-1)),
                cancellationToken);
    }
}
