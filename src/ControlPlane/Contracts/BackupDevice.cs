namespace BackupEngine.ControlPlane.Contracts;

/// <summary>Answer (step 8): the device to read.</summary>
public sealed record BackupDevice
{
    /// <summary>The volume, the snapshot, or the temporary object.</summary>
    public required DeviceReference Device { get; init; }

    /// <summary>Identity of the point in time that is read; empty where the driver names none.</summary>
    public required string BaseToken { get; init; }
}
