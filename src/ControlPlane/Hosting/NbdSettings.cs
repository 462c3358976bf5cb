using System.Globalization;
using System.Net;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports.Nbd;

namespace BackupEngine.ControlPlane.Hosting;

/// <summary>What the options about exports to other hosts may say, and what they mean.</summary>
public static class NbdSettings
{
    private const int FirstAllowed = 1024;
    private const int LastAllowed = 65535;

    /// <summary>How this host exports to others; null: it does not.</summary>
    public static NbdExportOptions? ExportsOf(EngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.NbdAddress is not { Length: > 0 } address || TryPorts(options.NbdPorts) is not var (first, last))
            return null;
        return new NbdExportOptions
        {
            Address = address,
            FirstPort = first,
            LastPort = last,
            TlsDirectory = options.NbdTlsDirectory is { Length: > 0 } directory ? Path.GetFullPath(directory) : null,
        };
    }

    /// <summary>What is wrong with the options, each with what is allowed.</summary>
    public static IEnumerable<string> Faults(EngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (TryPorts(options.NbdPorts) is null)
            yield return $"NbdPorts \"{options.NbdPorts}\" is not usable. It is FIRST-LAST, numbers from "
                + $"{FirstAllowed} to {LastAllowed}: 10900-10999.";
        if (options.NbdAddress is { Length: > 0 } address)
        {
            if (!IsOneAddress(address))
                yield return $"NbdAddress \"{address}\" is not usable. It is one IP address of this host, at which "
                    + "other hosts reach it; not a name, not 0.0.0.0, not ::.";
            if (options.NbdTlsDirectory is not { Length: > 0 } && !options.NbdAllowPlain)
                yield return "NbdAddress needs NbdTlsDirectory: what is exported there crosses the network. "
                    + "NbdAllowPlain true does it without encryption, for whoever reaches that address.";
        }

        if (options.NbdTlsDirectory is { Length: > 0 } directory)
        {
            foreach (var file in NbdCertificates.FilesOf(options).Where(file => !File.Exists(file)))
                yield return $"NbdTlsDirectory \"{directory}\" has no {Path.GetFileName(file)}.";
        }
    }

    private static bool IsOneAddress(string text) =>
        IPAddress.TryParse(text, out var address)
        && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) && !address.Equals(IPAddress.Broadcast)
        && address.ToString() == text;

    private static (int First, int Last)? TryPorts(string text)
    {
        var parts = text.Split('-');
        return parts.Length == 2 && IsPort(parts[0], out var first) && IsPort(parts[1], out var last) && first <= last
            ? (first, last)
            : null;
    }

    private static bool IsPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port)
        && port is >= FirstAllowed and <= LastAllowed;
}
