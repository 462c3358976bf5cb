using BackupEngine.ControlPlane.Contracts;

namespace BackupEngine.ControlPlane.VolumeService.Drivers;

/// <summary>
/// An export: what is exported, to whom, and for what. Kept by the driver as long as the export exists.
/// </summary>
/// <param name="AttachmentId">Identity of the export, chosen by the asker.</param>
/// <param name="Device">What is exported.</param>
/// <param name="Access">What the export allows.</param>
/// <param name="Connector">Who attaches.</param>
/// <param name="BackupId">The backup or restore that it is for; null for a user's own connection.</param>
public sealed record ExportRequest(
    Guid AttachmentId, DeviceReference Device, DeviceAccess Access, Connector Connector, Guid? BackupId);
