using System.Globalization;

namespace BackupEngine.Chunkstore.Tests;

/// <summary>The long form of tests, opened by BACKUPENGINE_LONG: 1, or how many times as long.</summary>
internal static class LongRun
{
    private static readonly int Value =
        int.TryParse(Environment.GetEnvironmentVariable("BACKUPENGINE_LONG"), CultureInfo.InvariantCulture, out var n)
            ? n
            : 0;

    public static bool IsWanted => Value > 0;

    /// <summary>How much of something: the first in CI, a multiple of the second where the long form is
    /// wanted.</summary>
    public static int Count(int usual, int wanted) => IsWanted ? wanted * Value : usual;
}
