using BackupEngine.ControlPlane.Contracts;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports;

/// <summary>
/// What the driver keeps of an export, as a file in <c>exports/</c>: written before the device is made, removed after
/// it is gone.
/// </summary>
internal sealed record ExportRecord
{
    /// <summary>Identity of the export.</summary>
    public required Guid AttachmentId { get; init; }

    /// <summary>What is exported.</summary>
    public required DeviceReference Device { get; init; }

    /// <summary>What the export allows.</summary>
    public required DeviceAccess Access { get; init; }

    /// <summary>The host that attaches.</summary>
    public required string ConnectorHost { get; init; }

    /// <summary>
    /// The backup or restore that it is for; null: a user's own connection, which only the user ends.
    /// </summary>
    public required Guid? BackupId { get; init; }

    /// <summary>How it is exported.</summary>
    public required ExportMode Mode { get; init; }

    /// <summary>For a server: the subject of the certificate that may connect; null: without TLS.</summary>
    public string? ConnectorIdentity { get; init; }

    /// <summary>For a server: where it listens, also when it is started again.</summary>
    public int? Port { get; init; }

    /// <summary>When it was asked for, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    public ExportRequest ToRequest() =>
        new(
            AttachmentId, Device, Access, new Connector { Host = ConnectorHost, Identity = ConnectorIdentity },
            BackupId);
}
