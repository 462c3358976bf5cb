using BackupEngine.ControlPlane.Database;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Commands;

/// <summary>Notes in a record that its command was sent. A client that has gone away does not stop it.</summary>
internal static class CommandMarks
{
    /// <summary>For a volume.</summary>
    public static Task MarkVolumeCommandSentAsync(this EngineDatabase database, Guid id, TimeProvider clock)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return database.Volumes.Where(volume => volume.Id == id && volume.CommandSentAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(volume => volume.CommandSentAt, now), CancellationToken.None);
    }

    /// <summary>For a snapshot.</summary>
    public static Task MarkSnapshotCommandSentAsync(this EngineDatabase database, Guid id, TimeProvider clock)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return database.Snapshots.Where(snapshot => snapshot.Id == id && snapshot.CommandSentAt == null)
            .ExecuteUpdateAsync(
                set => set.SetProperty(snapshot => snapshot.CommandSentAt, now), CancellationToken.None);
    }
}
