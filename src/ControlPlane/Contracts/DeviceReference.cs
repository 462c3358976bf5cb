namespace BackupEngine.ControlPlane.Contracts;

/// <summary>Names something that can be exported.</summary>
public sealed record DeviceReference
{
    /// <summary>What it is.</summary>
    public required DeviceKind Kind { get; init; }

    /// <summary>Its id: of the volume, the snapshot, or the temporary object.</summary>
    public required Guid Id { get; init; }

    /// <summary>The volume that it is, or was made from.</summary>
    public required Guid VolumeId { get; init; }
}
