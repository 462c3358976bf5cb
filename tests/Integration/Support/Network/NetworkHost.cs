using System.Diagnostics;

namespace BackupEngine.Integration.Support.Network;

/// <summary>A host of a <see cref="TestNetwork"/>.</summary>
/// <param name="Name">Its name in that network.</param>
/// <param name="Address">Its IPv4 address.</param>
/// <param name="Namespace">Where its processes run.</param>
/// <param name="MachineIdFile">What its processes read as /etc/machine-id.</param>
internal sealed record NetworkHost(string Name, string Address, NetworkNamespace Namespace, string MachineIdFile)
{
    private const string BecomeHost =
        "[ ! -e /etc/machine-id ] || mount --bind \"$1\" /etc/machine-id; hostname \"$2\"; shift 2; exec \"$@\"";

    /// <summary>
    /// How a program is started here, with a name and a machine id of this host: whoever asks where a process runs, as
    /// the sessions of a repository do, is told that other hosts are other machines. Its process id is that of what is
    /// started.
    /// </summary>
    public ProcessStartInfo StartInfo(string program, params string[] arguments) => Namespace.StartInfo(
        "unshare", [
            "--mount", "--uts", "--propagation", "slave", "--", "sh", "-ec", BecomeHost, "host", MachineIdFile, Name,
            program, .. arguments]);
}
