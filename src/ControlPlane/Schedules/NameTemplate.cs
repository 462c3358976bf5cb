using System.Globalization;
using System.Text.RegularExpressions;

namespace BackupEngine.ControlPlane.Schedules;

/// <summary>Names of backups: text with fields in braces.</summary>
internal static partial class NameTemplate
{
    /// <summary>What is used where the user says nothing.</summary>
    public const string Default = "{policy} {date} {time}";

    private const int LongestName = 255;

    /// <summary>The fields there are.</summary>
    public static IReadOnlyList<string> Fields { get; } = ["policy", "volume_name", "volume_id", "date", "time"];

    /// <summary>The first field of a template that there is not; null: all are known.</summary>
    public static string? UnknownFieldOf(string template) => Field().Matches(template)
        .Select(match => match.Groups["name"].Value)
        .FirstOrDefault(name => !Fields.Contains(name, StringComparer.Ordinal));

    /// <summary>The name of a backup; cut where it is longer than a name may be.</summary>
    /// <param name="template">The template.</param>
    /// <param name="policy">Name of the policy.</param>
    /// <param name="volumeId">The volume.</param>
    /// <param name="volumeName">Its name.</param>
    /// <param name="due">The due time, in the zone of the policy.</param>
    public static string Fill(string template, string policy, Guid volumeId, string? volumeName, DateTime due)
    {
        var name = Field().Replace(template, match => match.Groups["name"].Value switch
        {
            "policy" => policy,
            "volume_id" => volumeId.ToString(),
            "volume_name" => volumeName ?? "",
            "date" => due.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            "time" => due.ToString("HH:mm", CultureInfo.InvariantCulture),
            _ => match.Value,
        });
        var runes = name.EnumerateRunes().Take(LongestName);
        return string.Concat(runes.Select(rune => rune.ToString())).Trim();
    }

    [GeneratedRegex(@"\{(?<name>[^{}]*)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Field();
}
