namespace BackupEngine.ControlPlane.Api.Volumes;

/// <summary>What a client needs to reach an exported volume.</summary>
internal sealed record ConnectionDataView
{
    /// <summary>The device.</summary>
    public required string DevicePath { get; init; }

    /// <summary><c>rw</c> or <c>ro</c>.</summary>
    public required string AccessMode { get; init; }

    /// <summary>The volume.</summary>
    public required Guid VolumeId { get; init; }

    /// <summary>Never.</summary>
    public bool Encrypted { get; init; }
}
