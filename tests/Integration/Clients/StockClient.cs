using System.Diagnostics;
using System.Text.Json.Nodes;

namespace BackupEngine.Integration.Clients;

/// <summary>A client of Block Storage as a distribution ships it.</summary>
/// <param name="Program">Its name.</param>
/// <param name="Environment">What it is to know of the engine; it sees no configuration of this machine.</param>
/// <param name="Options">What stands before every command.</param>
internal sealed record StockClient(string Program, IReadOnlyDictionary<string, string> Environment, string[] Options)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    /// <summary>Whether the program is installed.</summary>
    public static bool IsInstalled(string program) =>
        (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Any(directory => File.Exists(Path.Combine(directory, program)));

    /// <summary>Runs a command that is to succeed; answers with what it printed.</summary>
    public async Task<string> RunAsync(params string[] command)
    {
        var (exitCode, output) = await TryAsync(command);
        Assert.True(exitCode == 0, $"{Program} {string.Join(' ', command)}: {exitCode}\n{output}");
        return output;
    }

    /// <summary>Runs a command that is to succeed and prints JSON.</summary>
    public async Task<JsonNode> JsonAsync(params string[] command) =>
        JsonNode.Parse(await RunAsync([.. command, "-f", "json"]))!;

    /// <summary>Runs a command; answers with its exit code and all that it printed.</summary>
    public async Task<(int ExitCode, string Output)> TryAsync(params string[] command)
    {
        var start = new ProcessStartInfo(Program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in Options.Concat(command))
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in Environment.Append(KeyValuePair.Create("HOME", Path.GetTempPath())))
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Deadline);
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var errors = process.StandardError.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        return (process.ExitCode, process.ExitCode == 0 ? await output : await output + await errors);
    }
}
