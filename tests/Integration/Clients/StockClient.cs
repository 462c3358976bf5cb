using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BackupEngine.Integration.Clients;

/// <summary>
/// A stock client, as it is installed; <c>stock-clients.py</c> keeps it loaded from one command to the next.
/// </summary>
internal sealed class StockClient : IAsyncDisposable
{
    private const string Python = "/usr/bin/python3";

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    private readonly string _program;
    private readonly string[] _options;
    private readonly Process _process;

    /// <param name="program">openstack or cinder.</param>
    /// <param name="environment">Variables that the client reads.</param>
    /// <param name="options">Options that stand before every command.</param>
    public StockClient(string program, IReadOnlyDictionary<string, string> environment, string[] options)
    {
        (_program, _options) = (program, options);
        var script = Path.Combine(AppContext.BaseDirectory, "Clients", "stock-clients.py");
        var start = new ProcessStartInfo(Python, [script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment.Append(KeyValuePair.Create("HOME", Path.GetTempPath())))
            start.Environment[name] = value;
        _process = Process.Start(start)!;
    }

    public static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Any(directory => File.Exists(Path.Combine(directory, program)));

    /// <summary>Runs a command that must succeed; answers with what it printed.</summary>
    public async Task<string> RunAsync(params string[] command)
    {
        var answer = await TryAsync(command);
        Assert.True(
            answer.ExitCode == 0, $"{_program} {string.Join(' ', command)}: {answer.ExitCode}\n{answer.Everything}");
        return answer.Output;
    }

    /// <summary>Runs a command that must succeed; answers with the JSON that it printed.</summary>
    public async Task<JsonNode> JsonAsync(params string[] command) =>
        JsonNode.Parse(await RunAsync([.. command, "-f", "json"]))!;

    /// <summary>Runs a command that must fail, and say a text.</summary>
    public async Task FailsAsync(string text, params string[] command)
    {
        var answer = await TryAsync(command);
        Assert.True(
            answer.ExitCode == 1, $"{_program} {string.Join(' ', command)}: {answer.ExitCode}\n{answer.Everything}");
        Assert.Contains(text, answer.Everything, StringComparison.Ordinal);
    }

    /// <summary>Runs a command.</summary>
    public async Task<ClientAnswer> TryAsync(params string[] command)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        string[] line = [_program, .. _options, .. command];
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(line).AsMemory(), deadline.Token);
        await _process.StandardInput.FlushAsync(deadline.Token);
        var answer = await _process.StandardOutput.ReadLineAsync(deadline.Token);
        var fields = JsonNode.Parse(answer ?? throw new InvalidOperationException("The client has ended."))!;
        return new ClientAnswer((int)fields["code"]!, (string)fields["out"]!, (string)fields["err"]!);
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(new CancellationTokenSource(Deadline).Token);
        _process.Dispose();
    }
}
