using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.Scheduling;

/// <summary>A backup, a restore or a verification that waits for a backup service, or that one runs.</summary>
/// <param name="BackupId">The record.</param>
/// <param name="Kind">What is to be done.</param>
/// <param name="ProjectId">Its owner.</param>
/// <param name="VolumeId">The volume that is read or written.</param>
/// <param name="SizeGiB">Size of the volume.</param>
/// <param name="Zone">The availability zone that the owner asked for.</param>
/// <param name="VolumeHost">
/// The host of the volume; null when its record is gone, and where no volume is needed.
/// </param>
/// <param name="Host">The backup service that holds it; null while it waits.</param>
/// <param name="AskedAt">When it was asked for, UTC.</param>
/// <param name="Cancelled">Whether its owner has cancelled it.</param>
/// <param name="Overdue">
/// Whether it has waited long enough for whoever has room to take it, the least busy or not.
/// </param>
/// <param name="Priority">One of <see cref="Database.Entities.BackupPriority"/>.</param>
public sealed record QueueEntry(
    Guid BackupId,
    WorkflowKind Kind,
    string ProjectId,
    Guid VolumeId,
    int SizeGiB,
    string Zone,
    string? VolumeHost,
    string? Host,
    DateTime AskedAt,
    bool Cancelled,
    bool Overdue,
    int Priority = 0);
