using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>Names a process so that it can be told dead for certain, or not at all.</summary>
/// <remarks>
/// A process id alone is used again; with its start time it is not. Both mean nothing in another process id namespace
/// (a container) or after a boot, so those are named too. See proc(5), "stat", field 22.
/// </remarks>
internal sealed record ProcessIdentity
{
    [JsonPropertyName("host")]
    public required string Host { get; init; }

    /// <summary>The installation: /etc/machine-id; empty where there is none.</summary>
    [JsonPropertyName("machine_id")]
    public required string MachineId { get; init; }

    /// <summary>The boot: /proc/sys/kernel/random/boot_id.</summary>
    [JsonPropertyName("boot_id")]
    public required string BootId { get; init; }

    /// <summary>The process id namespace, as /proc/self/ns/pid names it.</summary>
    [JsonPropertyName("pid_namespace")]
    public required string PidNamespace { get; init; }

    [JsonPropertyName("pid")]
    public required int Pid { get; init; }

    /// <summary>Start of the process after the boot, in clock ticks.</summary>
    [JsonPropertyName("start_ticks")]
    public required long StartTicks { get; init; }

    /// <summary>This process.</summary>
    public static ProcessIdentity Current { get; } = new()
    {
        Host = Environment.MachineName,
        MachineId = ReadLine("/etc/machine-id"),
        BootId = ReadLine("/proc/sys/kernel/random/boot_id"),
        PidNamespace = new FileInfo("/proc/self/ns/pid").LinkTarget ?? "",
        Pid = Environment.ProcessId,
        StartTicks = StartTicksOf(Environment.ProcessId) ?? 0,
    };

    /// <summary>
    /// Whether that process has certainly ended. False for everything that cannot be known from here.
    /// </summary>
    public bool IsProvablyDead(ProcessIdentity observer)
    {
        var sameHost = Host == observer.Host && MachineId == observer.MachineId && MachineId.Length > 0;
        if (!sameHost || BootId.Length == 0 || observer.BootId.Length == 0)
        {
            return false;
        }

        return BootId != observer.BootId
            || (PidNamespace.Length > 0 && PidNamespace == observer.PidNamespace && HasEnded());
    }

    /// <summary>Whether it is another process than the observer, on the same host, and certainly runs.</summary>
    public bool RunsBeside(ProcessIdentity observer) =>
        Pid != observer.Pid
        && MachineId is { Length: > 0 } && BootId is { Length: > 0 } && PidNamespace is { Length: > 0 }
        && (MachineId, BootId, PidNamespace) == (observer.MachineId, observer.BootId, observer.PidNamespace)
        && StatOf(Pid) is { } stat && stat[0] is not ("Z" or "X") && StartTicksIn(stat) == StartTicks;

    /// <summary>A process that is there but cannot be seen (/proc mounted with hidepid) has not ended.</summary>
    private bool HasEnded() => StartTicksOf(Pid) is { } ticks
        ? ticks != StartTicks
        : Libc.Signal(Pid, 0) < 0 && Marshal.GetLastPInvokeError() == Errno.NoProcess;

    private static long? StartTicksOf(int pid) => StatOf(pid) is { } stat ? StartTicksIn(stat) : null;

    private static long StartTicksIn(string[] stat) => long.Parse(stat[19], CultureInfo.InvariantCulture);

    /// <summary>
    /// The fields from the state of the process on; null where no such process can be seen, or it ends just now.
    /// </summary>
    private static string[]? StatOf(int pid)
    {
        try
        {
            // The second field is the command in parentheses and may hold anything: count from the last one.
            var stat = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string ReadLine(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }
}
