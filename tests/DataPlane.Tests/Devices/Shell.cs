using System.Diagnostics;

namespace BackupEngine.DataPlane.Tests.Devices;

/// <summary>Runs the system's tools.</summary>
internal static class Shell
{
    public static bool IsRoot { get; } = Environment.IsPrivilegedProcess;

    /// <summary>Runs a program and gives its output; throws with its errors where it fails.</summary>
    public static string Run(string program, params string[] arguments)
    {
        var (exitCode, output, errors) = TryRun(program, arguments);
        return exitCode == 0
            ? output.Trim()
            : throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)}: exit code {exitCode}: {errors}");
    }

    public static (int ExitCode, string Output, string Errors) TryRun(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    public static bool Has(string program) =>
        "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".Split(':')
            .Any(folder => File.Exists($"{folder}/{program}"));
}
