using System.Globalization;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>Durations as people write them: <c>30s</c>, <c>10m</c>, <c>36h</c>, <c>7d</c>.</summary>
internal static class DurationText
{
    /// <summary>What is accepted, for error messages.</summary>
    public const string Allowed = "a whole number with s, m, h or d, such as 10m";

    private const int MaximumDigits = 6;

    /// <summary>Parses a whole number with a unit.</summary>
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = default;
        if (text is null or "" || text.Length > MaximumDigits + 1
            || !int.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var n))
        {
            return false;
        }

        TimeSpan? found = text[^1] switch
        {
            's' => TimeSpan.FromSeconds(n),
            'm' => TimeSpan.FromMinutes(n),
            'h' => TimeSpan.FromHours(n),
            'd' => TimeSpan.FromDays(n),
            _ => null,
        };
        duration = found ?? default;
        return found is not null;
    }
}
