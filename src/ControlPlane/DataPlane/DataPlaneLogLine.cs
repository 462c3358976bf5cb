using System.Text.RegularExpressions;

namespace BackupEngine.ControlPlane.DataPlane;

/// <summary>
/// One line of the data plane's log, in the form of the single-line console logger; anything else is its message.
/// </summary>
/// <param name="Level">How grave it is.</param>
/// <param name="Category">What it is about.</param>
/// <param name="Message">What it says.</param>
internal sealed partial record DataPlaneLogLine(LogLevel Level, string Category, string Message)
{
    private const string DefaultCategory = "BackupEngine.DataPlane";

    /// <summary>Takes a line apart, so that it is not given a second time and a wrong level.</summary>
    /// <param name="line">The line.</param>
    /// <param name="otherwise">The level of a line in another form: what the runtime says when it cannot start, for
    /// one.</param>
    public static DataPlaneLogLine Parse(string line, LogLevel otherwise)
    {
        var match = Form().Match(line);
        return match.Success
            ? new DataPlaneLogLine(
                LevelOf(match.Groups["level"].Value), match.Groups["category"].Value, match.Groups["message"].Value)
            : new DataPlaneLogLine(otherwise, DefaultCategory, line);
    }

    private static LogLevel LevelOf(string level) => level switch
    {
        "trce" => LogLevel.Trace,
        "dbug" => LogLevel.Debug,
        "warn" => LogLevel.Warning,
        "fail" => LogLevel.Error,
        "crit" => LogLevel.Critical,
        _ => LogLevel.Information,
    };

    [GeneratedRegex(
        @"^(\S+ )?(?<level>trce|dbug|info|warn|fail|crit): (?<category>[\w.]+)\[\d+\] (?<message>.*)$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
