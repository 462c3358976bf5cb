using System.Diagnostics;

namespace BackupEngine.Integration.Support;

/// <summary>Runs a program of the system and demands success.</summary>
public static class Command
{
    public static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {error.Result}{output}");
        return output;
    }

    public static bool Exists(string program) =>
        new[] { "/usr/sbin", "/sbin", "/usr/bin", "/bin" }
            .Any(directory => File.Exists(Path.Combine(directory, program)));
}
