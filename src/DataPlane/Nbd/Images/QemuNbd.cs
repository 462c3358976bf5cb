using System.ComponentModel;
using System.Diagnostics;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Nbd.Client;

namespace BackupEngine.DataPlane.Nbd.Images;

/// <summary>
/// A qemu-nbd of our own that serves one image read-only, on a Unix socket in a directory that only this user can
/// enter. It is ended with this object; should this process die, it ends by itself when its last connection does.
/// </summary>
internal sealed class QemuNbd : IDisposable
{
    private const string Program = "qemu-nbd";
    private const int MaximumErrorLength = 2000;

    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("backupengine-nbd-").FullName;
    private readonly string _image;
    private readonly Process _process;
    private readonly Task<string> _errors;

    private QemuNbd(string image, string? bitmap, int connections)
    {
        _image = image;
        try
        {
            _process = Process.Start(StartInfo(image, bitmap, connections))!;
            _process.StandardInput.Close();
            _errors = _process.StandardError.ReadToEndAsync();
        }
        catch (Win32Exception e)
        {
            Directory.Delete(_directory, recursive: true);
            throw new DeviceException(
                DeviceErrorKind.NotUsable,
                $"{image}: qcow2 images are read through {Program}, which cannot be started (Debian package "
                + $"qemu-utils): {e.Message}",
                e);
        }
    }

    private string Socket => Path.Combine(_directory, "nbd");

    /// <summary>Starts one and connects to it.</summary>
    /// <param name="image">Absolute path of the image: QEMU takes other names for protocols.</param>
    /// <param name="options">How it is reached, but for the URI.</param>
    /// <param name="bitmap">The bitmap that it is to offer; null for none.</param>
    /// <param name="logger">Told what was agreed on.</param>
    /// <exception cref="DeviceException">It does not open the image; the message has its words.</exception>
    public static NbdDevice Open(
        string image, Func<NbdUri, NbdClientOptions> options, string? bitmap, ILogger logger)
    {
        var connections = NbdClientOptions.DefaultConnections;
        var server = new QemuNbd(image, bitmap, connections);
        try
        {
            var uri = NbdUri.Parse($"nbd+unix:///?socket={Uri.EscapeDataString(server.Socket)}");
            return server.Connect(options(uri) with { Connections = connections }, logger);
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Ends the process, whatever it is doing, and removes its directory.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private NbdDevice Connect(NbdClientOptions options, ILogger logger)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return NbdDevice.Open(options, DeviceAccess.Read, logger, this, _image);
            }
            catch (DeviceException e) when (e.Kind == DeviceErrorKind.NotFound && since.Elapsed < StartTime)
            {
                // It is starting. It must not be tried out: without a connection it ends.
                if (_process.WaitForExit(10))
                {
                    throw new DeviceException(DeviceErrorKind.NotUsable, $"{_image}: {Program}: {Errors()}", e);
                }
            }
        }
    }

    private string Errors()
    {
        var text = _errors.Wait(StartTime) ? _errors.Result.ReplaceLineEndings(" ").Trim() : "";
        return text.Length > MaximumErrorLength ? text[..MaximumErrorLength] : text;
    }

    private ProcessStartInfo StartInfo(string image, string? bitmap, int connections)
    {
        string[] offered = bitmap is null ? [] : [$"--bitmap={bitmap}"];
        return new ProcessStartInfo(
            Program,
            [
                "--read-only", "--format=qcow2", $"--socket={Socket}", $"--shared={connections}", .. offered, "--",
                image,
            ])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
            Environment = { ["LC_ALL"] = "C" },
        };
    }
}
