using System.Diagnostics;

namespace BackupEngine.ControlPlane.Tests.VolumeService.Support;

/// <summary>Runs programs of the system that a test needs.</summary>
internal static class Command
{
    public static void Run(string program, params string[] arguments)
    {
        var (exitCode, output) = Try(program, arguments);
        if (exitCode != 0)
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {exitCode}: {output}");
    }

    public static (int ExitCode, string Output) Try(string program, params string[] arguments)
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
        return (process.ExitCode, output + errors.Result);
    }

    public static bool Exists(string program) =>
        new[] { "/usr/sbin", "/usr/bin", "/sbin", "/bin" }.Any(folder => File.Exists(Path.Combine(folder, program)));
}
