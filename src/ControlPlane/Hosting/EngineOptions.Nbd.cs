namespace BackupEngine.ControlPlane.Hosting;

/// <summary>How devices are exported to other hosts, and attached from them.</summary>
public sealed partial class EngineOptions
{
    /// <summary>
    /// IP address of this host at which its volumes are exported to backup services on other hosts; null: they are
    /// not. With the role <c>volume</c>.
    /// </summary>
    public string? NbdAddress { get; set; }

    /// <summary>Ports that exports may have, one each: <c>FIRST-LAST</c>.</summary>
    public string NbdPorts { get; set; } = "10900-10999";

    /// <summary>
    /// Directory with <c>ca-cert.pem</c>; with the role <c>volume</c> <c>server-cert.pem</c> and
    /// <c>server-key.pem</c>, for the DNS name that <see cref="Host"/> is; with the role <c>backup</c>
    /// <c>client-cert.pem</c> and <c>client-key.pem</c>. The names are those that QEMU reads.
    /// </summary>
    public string? NbdTlsDirectory { get; set; }

    /// <summary>
    /// Whether devices may cross the network without encryption, readable and writable for whoever reaches the address:
    /// exported so where there is no <see cref="NbdTlsDirectory"/>, attached so when another host exports them so.
    /// </summary>
    public bool NbdAllowPlain { get; set; }
}
