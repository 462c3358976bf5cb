using System.Globalization;

namespace BackupEngine.DataPlane.Tests.CrashSafety;

/// <summary>How long these tests go on, and what they have tried.</summary>
internal static class CrashRounds
{
    /// <summary>BACKUPENGINE_LONG, 1 where it is not set.</summary>
    public static int Times { get; } = int.TryParse(
        Environment.GetEnvironmentVariable("BACKUPENGINE_LONG"), CultureInfo.InvariantCulture, out var times)
        ? Math.Max(1, times)
        : 1;

    public static void Report(string line)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (Environment.GetEnvironmentVariable("BACKUPENGINE_COUNTS") is { Length: > 0 } file)
        {
            File.AppendAllText(file, line + "\n");
        }
    }
}
