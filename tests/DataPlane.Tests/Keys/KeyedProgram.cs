using System.Diagnostics;
using System.Text;
using BackupEngine.DataPlane.Tests.CommandLine;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.Keys;

/// <summary>
/// The built program with keys of its own, in a folder of its own. Remembers everything that it ever printed.
/// </summary>
internal sealed class KeyedProgram : IDisposable
{
    /// <summary>As cheap as a passphrase can be.</summary>
    public static readonly string[] Cheap = ["--argon2-memory", "8KiB", "--argon2-passes", "1"];

    private readonly TemporaryFolder _folder = new(TemporaryFolder.MemoryFileSystem);
    private readonly StringBuilder _printed = new();

    public string Repository => _folder.File("repository");

    public string KeyFile => _folder.File("key");

    public string Printed => _printed.ToString();

    public TemporaryFolder Folder => _folder;

    public void Dispose() => _folder.Dispose();

    /// <summary>Writes a file that only its owner can read.</summary>
    public string Secret(string name, string content)
    {
        var path = _folder.File(name);
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    /// <summary>Runs a command of the repository.</summary>
    public (int ExitCode, string Output, string Errors) Run(
        IEnumerable<string> arguments, string input = "", params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(CommandLineFixture.Program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        _printed.Append(output).Append(errors.Result);
        return (process.ExitCode, output, errors.Result);
    }

    /// <summary>Runs a command that must succeed.</summary>
    public string Succeeds(IEnumerable<string> arguments, string input = "", params (string, string)[] environment)
    {
        var (exitCode, output, errors) = Run(arguments, input, environment);
        Assert.True(exitCode == 0, errors);
        return output;
    }

    /// <summary>Runs a command that must fail; gives the line that says why.</summary>
    public string Fails(
        int exitCode, IEnumerable<string> arguments, string input = "", params (string, string)[] environment)
    {
        var result = Run(arguments, input, environment);
        Assert.True(exitCode == result.ExitCode, $"exit code {result.ExitCode}: {result.Errors}");
        return Assert.Single(
            result.Errors.Trim().Split('\n'), line => line.StartsWith("backup-dataplane: ", StringComparison.Ordinal));
    }

    /// <summary>The command with its repository, and what follows.</summary>
    public string[] On(string command, params string[] rest) =>
        [.. command.Split(' '), "--repository", Repository, .. rest];

    public byte[][] RepositoryFiles() =>
        [.. Directory.EnumerateFiles(Repository, "*", SearchOption.AllDirectories).Order().Select(File.ReadAllBytes)];
}
