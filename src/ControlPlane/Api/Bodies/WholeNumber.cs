using System.Globalization;
using System.Numerics;

namespace BackupEngine.ControlPlane.Api.Bodies;

/// <summary>Compares whole numbers of any length with bounds.</summary>
internal static class WholeNumber
{
    /// <summary>
    /// Longer ones are beyond every bound and are not computed with: that takes time which grows faster than they do.
    /// </summary>
    public const int MaxDigits = 100;

    /// <summary>The violation of a number, or of digits in a string, that is out of bounds; else null.</summary>
    public static SchemaViolation? CheckRange(BodyValue value, int minimum, int maximum)
    {
        var sign = value.Text.StartsWith('-') ? "-" : "";
        var digits = value.Text[sign.Length..].TrimStart('0');
        var isLong = digits.Length > MaxDigits;
        var number = isLong ? 0 : BigInteger.Parse(
            $"{sign}0{digits}", NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var text = isLong ? sign + digits : $"{number}";
        if (isLong ? sign.Length > 0 : number < minimum)
            return new SchemaViolation(value, $"{text} is less than the minimum of {minimum}");
        return isLong || number > maximum
            ? new SchemaViolation(value, $"{text} is greater than the maximum of {maximum}")
            : null;
    }
}
