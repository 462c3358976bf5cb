namespace BackupEngine.ControlPlane.Api.Volumes;

/// <summary>How an exported volume is reached.</summary>
internal sealed record ConnectionInfoView
{
    /// <summary><c>local</c>: a device or file on the same host.</summary>
    public required string DriverVolumeType { get; init; }

    /// <summary>What the type needs.</summary>
    public required ConnectionDataView Data { get; init; }

    /// <summary>Never.</summary>
    public bool EnforceMultipath { get; init; }
}
