namespace BackupEngine.ControlPlane.Contracts;

/// <summary>How an exported device is reached.</summary>
public sealed record DeviceConnectionInfo
{
    /// <summary><c>local</c>: a block device or file on the same host.</summary>
    public required string Type { get; init; }

    /// <summary>For <c>local</c>: its path.</summary>
    public required string Path { get; init; }
}
