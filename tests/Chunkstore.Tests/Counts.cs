using System.Globalization;
using Xunit;

namespace BackupEngine.Chunkstore.Tests;

/// <summary>
/// How much a test has tried. The lines go to the test's output and, where BACKUPENGINE_COUNTS names a file, to its
/// end: ./test prints them.
/// </summary>
internal static class Counts
{
    private static readonly Lock Gate = new();

    /// <summary>
    /// How many times as long as in an ordinary run the tests are to go on: BACKUPENGINE_LONG, 1 where it is not set.
    /// </summary>
    public static int Times { get; } = int.TryParse(
        Environment.GetEnvironmentVariable("BACKUPENGINE_LONG"), CultureInfo.InvariantCulture, out var times)
        ? Math.Max(1, times)
        : 1;

    /// <summary>Says what was tried, how often, and with what it can be repeated.</summary>
    public static void Report(string what, long count, string repeatWith = "")
    {
        var seed = repeatWith.Length > 0 ? $" ({repeatWith})" : "";
        var line = string.Create(CultureInfo.InvariantCulture, $"{what}: {count:N0}{seed}");
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (Environment.GetEnvironmentVariable("BACKUPENGINE_COUNTS") is { Length: > 0 } file)
        {
            lock (Gate)
            {
                File.AppendAllText(file, line + "\n");
            }
        }
    }
}
