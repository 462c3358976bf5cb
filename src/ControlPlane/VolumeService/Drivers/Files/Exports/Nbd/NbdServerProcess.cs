using System.Globalization;
using BackupEngine.ControlPlane.VolumeService.Linux;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports.Nbd;

/// <summary>
/// A qemu-nbd that serves an export. The kernel alone keeps which process serves which export: it is found by its own
/// command line, where the unguessable name of the export is. So no process id is stored that could be another process
/// by the time it is used, and a server is found again whoever started it.
/// </summary>
/// <param name="Id">Process id.</param>
/// <param name="Attachment">The export that it serves.</param>
/// <param name="Port">Where it listens.</param>
/// <param name="File">What it serves.</param>
internal sealed record NbdServerProcess(int Id, Guid Attachment, int Port, string File)
{
    private const int KillSignal = 9;

    /// <summary>Every server that this user runs on this machine.</summary>
    public static IReadOnlyList<NbdServerProcess> List() =>
        [.. from directory in Directory.EnumerateDirectories("/proc")
            let name = Path.GetFileName(directory)
            where int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            let server = TryRead(int.Parse(name, NumberStyles.None, CultureInfo.InvariantCulture))
            where server is not null
            select server];

    /// <summary>The servers of an export.</summary>
    public static IReadOnlyList<NbdServerProcess> Of(Guid attachment) =>
        [.. List().Where(server => server.Attachment == attachment)];

    /// <summary>
    /// Ends it at once: it keeps nothing that its file does not have, and one that is stopped or hangs must go as well.
    /// </summary>
    public void Kill()
    {
        // The descriptor is of the process and not of its number: looked at after it was opened, it cannot be another.
        var descriptor = LibC.OpenProcess(Id);
        if (descriptor < 0)
            return;
        using var process = new SafeFileHandle((nint)descriptor, ownsHandle: true);
        if (TryRead(Id) == this)
            _ = LibC.SignalProcess(process, KillSignal);
    }

    /// <summary>A process, when it is such a server; one that has ended has no command line any more.</summary>
    private static NbdServerProcess? TryRead(int id)
    {
        var arguments = CommandLine(id);
        return arguments.Length > 2
            && Path.GetFileName(arguments[0]) == QemuNbd.ProgramName
            && Guid.TryParse(Value(arguments, QemuNbd.NameFlag), out var attachment)
            && int.TryParse(Value(arguments, QemuNbd.PortFlag), CultureInfo.InvariantCulture, out var port)
            && IsOurs(id)
            ? new NbdServerProcess(id, attachment, port, arguments[^1])
            : null;
    }

    private static string? Value(string[] arguments, string flag) =>
        arguments.FirstOrDefault(argument => argument.StartsWith(flag, StringComparison.Ordinal))?[flag.Length..];

    private static string[] CommandLine(int id)
    {
        try
        {
            return System.IO.File.ReadAllText($"/proc/{id}/cmdline").TrimEnd('\0').Split('\0');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has just ended.
            return [];
        }
    }

    /// <summary>Any user may start a program with any command line.</summary>
    private static bool IsOurs(int id)
    {
        try
        {
            var line = System.IO.File.ReadLines($"/proc/{id}/status").First(
                text => text.StartsWith("Uid:", StringComparison.Ordinal));
            return line.Split('\t')[1] == LibC.EffectiveUserId().ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return false;
        }
    }
}
