namespace BackupEngine.ControlPlane.Hosting;

/// <summary>How the REST API is served.</summary>
public sealed partial class EngineOptions
{
    /// <summary>
    /// PEM file with the certificate that the API shows at its <c>https</c> addresses, and those between it and its
    /// authority behind it; null: it has no such address. Read at start.
    /// </summary>
    public string? TlsCertificateFile { get; set; }

    /// <summary>PEM file with the key of that certificate; null: it is in the same file.</summary>
    public string? TlsKeyFile { get; set; }

    /// <summary>Requests that a project may send in a minute, evenly or at once; 0: no limit.</summary>
    public int RateLimitPerMinute { get; set; }
}
