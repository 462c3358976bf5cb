namespace BackupEngine.ControlPlane.Contracts;

/// <summary>Properties of the host that will attach.</summary>
public sealed record Connector
{
    /// <summary>Name of the host, as its services are registered.</summary>
    public required string Host { get; init; }
}
