using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Attachments;

/// <summary>The changes of a volume's record that more than one way to attach makes.</summary>
internal static class AttachmentState
{
    /// <summary>
    /// The volume has no attachment any more. One that was kept for it is available; what an administrator has set
    /// otherwise stays.
    /// </summary>
    public static Task<int> ForgetAttachmentAsync(
        this IQueryable<VolumeEntity> volumes, DateTime now, CancellationToken cancellationToken)
    {
        string[] held = [VolumeStatus.Reserved, VolumeStatus.Attaching, VolumeStatus.InUse, VolumeStatus.Detaching];
        return volumes.ExecuteUpdateAsync(
            set => set
                .SetProperty(row => row.Status, row => held.Contains(row.Status) ? VolumeStatus.Available : row.Status)
                .SetProperty(row => row.AttachedTo, (string?)null)
                .SetProperty(row => row.MountPoint, (string?)null)
                .SetProperty(row => row.AttachMode, (string?)null)
                .SetProperty(row => row.AttachedAt, (DateTime?)null)
                .SetProperty(row => row.AttachmentId, (Guid?)null)
                .SetProperty(row => row.AttachmentStatus, (string?)null)
                .SetProperty(row => row.AttachmentCreatedAt, (DateTime?)null)
                .SetProperty(row => row.ConnectionType, (string?)null)
                .SetProperty(row => row.ConnectionPath, (string?)null)
                .SetProperty(row => row.UpdatedAt, now),
            cancellationToken);
    }
}
