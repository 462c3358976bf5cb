using System.Diagnostics;
using System.Net.Sockets;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.Nbd.Client;

/// <summary>An NBD server that is not ours, on a Unix socket, until it is disposed.</summary>
internal sealed class NbdTool : IDisposable
{
    private readonly Process _process;
    private readonly string _socket;
    private bool _isOver;

    private NbdTool(string program, string socket, string[] arguments)
    {
        _socket = socket;
        _process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false })!;
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
