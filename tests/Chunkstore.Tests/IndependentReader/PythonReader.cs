using System.Diagnostics;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.IndependentReader;

/// <summary>restore.py, which knows docs/format.md and nothing else of this project.</summary>
internal static class PythonReader
{
    private const string Python = "/usr/bin/python3";

    public static void SkipUnlessInstalled() =>
        Assert.SkipUnless(File.Exists(Python), $"needs the program {Python}");

    /// <summary>Restores a backup into a new file; answers with its error, empty where there was none.</summary>
    public static string Restore(string repository, string backup, string target, params string[] options)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "IndependentReader", "restore.py");
        using var process = Process.Start(new ProcessStartInfo(Python, [script, repository, backup, target, .. options])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? "" : error.Length > 0 ? error : $"exit code {process.ExitCode}";
    }
}
