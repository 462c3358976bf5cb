namespace BackupEngine.ControlPlane.Api.Volumes;

/// <summary>Where a volume is attached.</summary>
internal sealed record AttachmentView
{
    /// <summary>The volume, as old clients know it.</summary>
    public required Guid Id { get; init; }

    /// <summary>Identity of the attachment.</summary>
    public required Guid AttachmentId { get; init; }

    /// <summary>The volume.</summary>
    public required Guid VolumeId { get; init; }

    /// <summary>The server; null where a host attached it.</summary>
    public required string? ServerId { get; init; }

    /// <summary>For administrators: the host.</summary>
    public required string? HostName { get; init; }

    /// <summary>The device on the server.</summary>
    public required string? Device { get; init; }

    /// <summary>Since when, UTC.</summary>
    public required DateTime? AttachedAt { get; init; }
}
