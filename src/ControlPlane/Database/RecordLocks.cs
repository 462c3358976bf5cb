using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Database;

/// <summary>
/// Holds a record until the end of the transaction. A condition that looks at other records than the one it changes
/// sees them as they were when its statement began; where the statement then waits for its own record, that is too
/// early. So the record is locked first, by a statement of its own, and whoever adds such other records touches it too.
/// </summary>
internal static class RecordLocks
{
    /// <summary>Holds a volume.</summary>
    public static Task LockVolumeAsync(this EngineDatabase database, Guid id, CancellationToken cancellationToken) =>
        database.Volumes.Where(volume => volume.Id == id).ExecuteUpdateAsync(
            set => set.SetProperty(volume => volume.UpdatedAt, volume => volume.UpdatedAt), cancellationToken);
}
