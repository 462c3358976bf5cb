using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.Nbd.Client;

/// <summary>An NBD server that is not ours, on a Unix socket, until it is disposed.</summary>
/// <remarks>
/// nbdkit asks the kernel to be ended with its parent, and the kernel takes the thread that started it for that: it is
/// started by a thread that never ends.
/// </remarks>
internal sealed class NbdTool : IDisposable
{
    private static readonly BlockingCollection<Action> ToStart = StartStarter();

    private readonly Process _process;
    private readonly string _socket;
    private bool _isOver;

    private NbdTool(string program, string socket, string[] arguments)
    {
        _socket = socket;
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false };
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        ToStart.Add(() => started.SetResult(Process.Start(start)!));
        _process = started.Task.Result;
    }

    public static bool HasQemu => Shell.Has("qemu-nbd") && Shell.Has("qemu-img") && Shell.Has("qemu-io");

    public static bool HasNbdkit => Shell.Has("nbdkit");

    public string Uri => $"nbd+unix:///?socket={_socket}";

    /// <summary>Serves an image; more than one client may connect.</summary>
    public static NbdTool Qemu(string image, string socket, params string[] options) => Start(
        "qemu-nbd", socket, ["--socket", socket, "--persistent", "--shared=8", .. options, image]);

    /// <summary>Serves what a plugin makes.</summary>
    public static NbdTool Nbdkit(string socket, params string[] arguments) =>
        Start("nbdkit", socket, ["--foreground", "--unix", socket, .. arguments]);

    /// <summary>Ends it at once, as a crash would.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
        File.Delete(_socket);
    }

    public void Dispose()
    {
        if (_isOver)
        {
            return;
        }

        _isOver = true;
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }

    private static BlockingCollection<Action> StartStarter()
    {
        var actions = new BlockingCollection<Action>();
        var starter = new Thread(() =>
        {
            foreach (var action in actions.GetConsumingEnumerable())
            {
                action();
            }
        });
        starter.IsBackground = true;
        starter.Start();
        return actions;
    }

    private static NbdTool Start(string program, string socket, string[] arguments)
    {
        var tool = new NbdTool(program, socket, arguments);
        while (!tool.Answers())
        {
            if (tool._process.WaitForExit(10))
            {
                throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} has ended.");
            }
        }

        return tool;
    }

    private bool Answers()
    {
        if (!File.Exists(_socket))
        {
            return false;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(_socket));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
