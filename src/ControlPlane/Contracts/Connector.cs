namespace BackupEngine.ControlPlane.Contracts;

/// <summary>Properties of the host that will attach.</summary>
public sealed record Connector
{
    /// <summary>Name of the host, as its services are registered.</summary>
    public required string Host { get; init; }

    /// <summary>
    /// Subject of the certificate that the host shows to a server of block devices, its names in the order of the
    /// certificate and escaped as RFC 4514 says: <c>O=Example,CN=host-b</c>. Null: it has none. An export over the
    /// network lets nobody else connect.
    /// </summary>
    public string? Identity { get; init; }
}
