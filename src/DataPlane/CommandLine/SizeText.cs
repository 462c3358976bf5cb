using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>
/// Sizes as people write them: <c>65536</c>, <c>64KiB</c>, <c>1.5GiB</c>. Powers of 1024 only: a size of chunks is
/// no place for doubt.
/// </summary>
internal static class SizeText
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary>What is accepted, for error messages.</summary>
    public const string Allowed = "a number of bytes, or a whole number with KiB, MiB, GiB or TiB";

    /// <summary>Parses a whole number with an optional unit.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out long bytes)
    {
        bytes = 0;
        if (text is null)
        {
            return false;
        }

        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        var unit = digits == text.Length ? 0 : Array.FindIndex(Units, name => IsUnit(name, text.AsSpan(digits)));
        if (unit < 0
            || !long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number > long.MaxValue >> (unit * 10))
        {
            return false;
        }

        bytes = number << (unit * 10);
        return true;
    }

    /// <summary>Four digits at most and a unit, for people.</summary>
    public static string Format(long bytes)
    {
        var unit = 0;
        var value = (double)bytes;
        while (value >= 1024 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return unit == 0 ? $"{bytes} B" : string.Create(CultureInfo.InvariantCulture, $"{value:0.0} {Units[unit]}");
    }

    private static bool IsUnit(string name, ReadOnlySpan<char> text) =>
        text.Equals(name, StringComparison.OrdinalIgnoreCase);
}
