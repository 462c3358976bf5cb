namespace BackupEngine.ControlPlane.Contracts;

/// <summary>How an exported device is reached.</summary>
public sealed record DeviceConnectionInfo
{
    /// <summary>
    /// <c>local</c>: a block device or file on the same host. <c>nbd</c>: a server of network block devices.
    /// </summary>
    public required string Type { get; init; }

    /// <summary>
    /// For <c>local</c>: its path. For <c>nbd</c>: its URI, <c>nbds://ADDRESS:PORT/EXPORT</c> with TLS,
    /// <c>nbd://...</c> without.
    /// </summary>
    public required string Path { get; init; }
}
