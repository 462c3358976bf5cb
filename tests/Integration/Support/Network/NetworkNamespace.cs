using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace BackupEngine.Integration.Support.Network;

/// <summary>
/// A network namespace of the kernel (network_namespaces(7)): interfaces, addresses and ports of its own. Processes in
/// it share files, loop devices and process ids with everybody.
/// </summary>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const int CloneNewNet = 0x40000000;
    private static readonly TimeSpan EndPatience = TimeSpan.FromMinutes(1);

    /// <summary>Makes it; <paramref name="name"/> is known to the whole machine.</summary>
    public NetworkNamespace(string name)
    {
        Name = name;
        Command.Run("ip", "netns", "add", name);
        Ip("link", "set", "lo", "up");
    }

    public string Name { get; }

    /// <summary>Its file, as nsenter(1) takes it.</summary>
    public string Path => "/run/netns/" + Name;

    /// <summary>Runs ip(8) on it.</summary>
    public void Ip(params string[] arguments) => Command.Run("ip", ["-n", Name, .. arguments]);

    /// <summary>Runs a program in it to its end and demands success.</summary>
    public string Run(string program, params string[] arguments) =>
        Command.Run("nsenter", [$"--net={Path}", "--", program, .. arguments]);

    /// <summary>
    /// How a program is started in it. nsenter becomes that program, so the process id of the one is that of the other.
    /// </summary>
    public ProcessStartInfo StartInfo(string program, params string[] arguments) =>
        new("nsenter", [$"--net={Path}", "--", program, .. arguments]) { UseShellExecute = false };

    /// <summary>
    /// A TCP socket that lives in this namespace, whoever connects it. A thread of its own goes there to make it.
    /// </summary>
    public Socket NewSocket()
    {
        Socket? made = null;
        Exception? failure = null;
        var visitor = new Thread(() =>
        {
            try
            {
                Enter();
                made = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        visitor.Start();
        visitor.Join();
        return made ?? throw new InvalidOperationException($"no socket in {Name}", failure);
    }

    /// <summary>Every process that is in it now.</summary>
    public IReadOnlyList<int> ProcessIds() =>
    [
        .. Command.Run("ip", "netns", "pids", Name)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(id => int.Parse(id, CultureInfo.InvariantCulture)),
    ];

    /// <summary>Kills every process in it and removes it, with its interfaces.</summary>
    public void Dispose()
    {
        if (!File.Exists(Path))
            return;
        KillAll();
        Command.Run("ip", "netns", "delete", Name);
    }

    /// <summary>Kills every process in it, and those that these start meanwhile.</summary>
    public void KillAll()
    {
        var started = Stopwatch.GetTimestamp();
        while (ProcessIds() is { Count: > 0 } left && Stopwatch.GetElapsedTime(started) < EndPatience)
        {
            foreach (var id in left)
                Kill(id);
        }
    }

    private void Enter()
    {
        using var file = File.OpenHandle(Path);
        if (SetNamespace((int)file.DangerousGetHandle(), CloneNewNet) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"setns {Path}");
    }

    private static void Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
            process.WaitForExit(TimeSpan.FromSeconds(5));
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It has just ended by itself.
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int descriptor, int kind);
}
