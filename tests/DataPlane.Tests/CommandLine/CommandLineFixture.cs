using System.Diagnostics;
using System.Text.Json;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.CommandLine;

/// <summary>The built program, run in a folder of its own as a user would.</summary>
internal sealed class CommandLineFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new(TemporaryFolder.MemoryFileSystem);

    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "backup-dataplane");

    public string Repository => _folder.File("repository");

    public TemporaryFolder Folder => _folder;

    public void Dispose() => _folder.Dispose();

    /// <summary>Runs a command and gives its JSON.</summary>
    public static JsonElement Json(params string[] arguments)
    {
        var (exitCode, output, errors) = Shell.TryRun(Program, [.. arguments, "--json"]);
        Assert.True(exitCode == 0, errors);
        return JsonDocument.Parse(output).RootElement;
    }

    /// <summary>Runs a command that must fail: one line on standard error, the class in exit code and JSON.</summary>
    public static string Fails(ExitCode expected, params string[] arguments)
    {
        var (exitCode, output, errors) = Shell.TryRun(Program, [.. arguments, "--json"]);
        Assert.True((int)expected == exitCode, $"exit code {exitCode}: {errors}");
        Assert.Single(errors.Trim().Split('\n'));
        Assert.StartsWith("backup-dataplane: ", errors, StringComparison.Ordinal);
        var error = JsonDocument.Parse(output).RootElement.GetProperty("error");
        Assert.Equal((int)expected, error.GetProperty("exit_code").GetInt32());
        var message = error.GetProperty("message").GetString()!;
        Assert.Contains(message, errors, StringComparison.Ordinal);
        return message;
    }

    public string CreateRepository(params string[] options)
    {
        Shell.Run(Program, ["init", "--repository", Repository, .. options]);
        return Repository;
    }

    public string CreateVolume(int bytes, int seed = 1, string name = "volume")
    {
        var content = new byte[bytes];
        new Random(seed).NextBytes(content);
        content.AsSpan(bytes / 2, bytes / 4).Clear();
        return _folder.CreateFile(name, bytes, content);
    }

    public JsonElement Backup(string source, params string[] options) =>
        Json(["backup", "--repository", Repository, "--source", source, "--volume-id", "v", .. options]);

    /// <summary>Starts the program; whoever asks for it ends it.</summary>
    public static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(Program, arguments)
    {
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    public IEnumerable<string> RepositoryFiles() => Directory
        .EnumerateFiles(Repository, "*", SearchOption.AllDirectories)
        .Select(path => $"{path} {new FileInfo(path).Length}")
        .Order(StringComparer.Ordinal);
}
