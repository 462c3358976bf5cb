namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports.Nbd;

/// <summary>How devices are exported to other hosts.</summary>
public sealed record NbdExportOptions
{
    /// <summary>IP address of this host that other hosts connect to. Servers listen there and nowhere else.</summary>
    public required string Address { get; init; }

    /// <summary>First port that a server may have.</summary>
    public required int FirstPort { get; init; }

    /// <summary>Last port that a server may have.</summary>
    public required int LastPort { get; init; }

    /// <summary>
    /// Directory with <c>ca-cert.pem</c>, <c>server-cert.pem</c> and <c>server-key.pem</c>, as QEMU reads it; null:
    /// without encryption, and whoever reaches the address may connect.
    /// </summary>
    public string? TlsDirectory { get; init; }

    /// <summary>The server's program.</summary>
    public string Program { get; init; } = "qemu-nbd";
}
