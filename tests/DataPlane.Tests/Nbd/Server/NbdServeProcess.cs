using System.Diagnostics;
using System.Text.Json;
using BackupEngine.DataPlane.Tests.CommandLine;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.Nbd.Server;

/// <summary>A real <c>backup-dataplane nbd-serve</c> that serves.</summary>
internal sealed class NbdServeProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private NbdServeProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>What it said when it was ready.</summary>
    public JsonElement Serving { get; private set; }

    public string Uri => Serving.GetProperty("uri").GetString()!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Starts the program and waits until it serves.</summary>
    public static async Task<NbdServeProcess> StartAsync(
        string repository, string backup, TemporaryFolder folder, params string[] options)
    {
        string[] where = options.Contains("--listen") ? [] : ["--socket", folder.File("nbd.sock")];
        var server = new NbdServeProcess(CommandLineFixture.Start(
            ["nbd-serve", "--repository", repository, "--backup", backup, "--json", .. where, .. options]));
        var line = await server._process.StandardOutput.ReadLineAsync(Cancel);
        if (line is null)
        {
            throw new InvalidOperationException($"It does not serve: {await server._errors}");
        }

        server.Serving = JsonDocument.Parse(line).RootElement;
        return server;
    }

    /// <summary>Ends it as an operator does; gives what it printed on standard error.</summary>
    public async Task<string> TerminateAsync()
    {
        Shell.Run("kill", "-TERM", _process.Id.ToString());
        await _process.WaitForExitAsync(Cancel);
        var errors = await _errors;
        Assert.True(_process.ExitCode == 0, errors);
        Assert.Equal("", await _process.StandardOutput.ReadToEndAsync(Cancel));
        return errors;
    }

    /// <summary>Ends it as a lack of memory does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(Cancel);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
