using System.Diagnostics;
using BackupEngine.ControlPlane.Contracts;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports.Nbd;

/// <summary>Starts qemu-nbd(8): one server for one export.</summary>
internal static class QemuNbd
{
    /// <summary>Name of the program.</summary>
    public const string ProgramName = "qemu-nbd";

    /// <summary>The argument with the name of the export.</summary>
    public const string NameFlag = "--export-name=";

    /// <summary>The argument with the port.</summary>
    public const string PortFlag = "--port=";

    /// <summary>
    /// Connections at once: a data plane has four; those that it lost may linger; a stranger who connects has one until
    /// he is refused.
    /// </summary>
    private const int MaxConnections = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Starts a server; it listens when this returns.</summary>
    /// <exception cref="VolumeDriverException">It did not start; the message has what it said.</exception>
    public static void Start(NbdExportOptions options, ExportRecord export, string file)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo(options.Program) };
        foreach (var argument in Arguments(options, export, file))
            process.StartInfo.ArgumentList.Add(argument);
        process.StartInfo.RedirectStandardError = true;
        process.StartInfo.RedirectStandardOutput = true;
        process.StartInfo.UseShellExecute = false;
        KeepSecretsOut(process.StartInfo.Environment);
        var said = new List<string>();
        process.ErrorDataReceived += (_, line) => Keep(said, line.Data);
        Run(process, options.Program);
        if (process.ExitCode == 0)
            return;
        process.WaitForExit(); // the rest of what it says
        throw Failed(options, export, Joined(said));
    }

    /// <summary>
    /// What it is started with. The contents are raw, whatever they look like: a guest could write any other header.
    /// </summary>
    internal static IReadOnlyList<string> Arguments(NbdExportOptions options, ExportRecord export, string file) =>
    [
        "--fork",
        "--persistent",
        $"--shared={MaxConnections}",
        NameFlag + export.AttachmentId,
        $"--bind={options.Address}",
        PortFlag + export.Port,
        "--format=raw",
        // Past the page cache: what is read once is not kept, what is written is not held back.
        "--cache=none",
        "--aio=native",
        // Zeros that are written take no space. They are told by the data plane; looking for more costs time.
        "--discard=unmap",
        "--detect-zeroes=off",
        .. export.Access == DeviceAccess.Read ? ["--read-only"] : Array.Empty<string>(),
        .. options.TlsDirectory is { } directory ? Tls(directory, export.ConnectorIdentity) : [],
        file,
    ];

    /// <summary>Both sides show certificates, and of all that the authority has signed one alone may connect.</summary>
    private static string[] Tls(string directory, string? identity) =>
    [
        "--object", $"tls-creds-x509,id=tls,dir={Escape(directory)},endpoint=server,verify-peer=yes",
        "--tls-creds=tls",
        "--object", $"authz-simple,id=connector,identity={Escape(identity ?? "")}",
        "--tls-authz=connector",
    ];

    /// <summary>A comma ends a value; two are one in it.</summary>
    private static string Escape(string value) => value.Replace(",", ",,", StringComparison.Ordinal);

    private static void KeepSecretsOut(IDictionary<string, string?> environment)
    {
        environment.TryGetValue("PATH", out var path);
        environment.Clear();
        environment["PATH"] = path;
    }

    private static void Run(Process process, string program)
    {
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new VolumeDriverException(
                $"{program} could not be started: {e.Message}. It is what exports devices to other hosts (Debian: "
                + "qemu-utils).", e);
        }

        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        if (process.WaitForExit(Patience))
            return;
        process.Kill();
        throw new VolumeDriverException($"{program} did not begin to serve within {Patience.TotalSeconds:0} s.");
    }

    private static VolumeDriverException Failed(NbdExportOptions options, ExportRecord export, string reason) => new(
        $"qemu-nbd could not serve {export.Device.Kind} {export.Device.Id} at {options.Address}:{export.Port}: "
        + (reason.Length > 0 ? reason : "it gave no reason."));

    private static void Keep(List<string> lines, string? line)
    {
        lock (lines)
        {
            if (line is { Length: > 0 } && lines.Count < 20)
                lines.Add(line);
        }
    }

    private static string Joined(List<string> lines)
    {
        lock (lines)
            return string.Join(" ", lines);
    }
}
