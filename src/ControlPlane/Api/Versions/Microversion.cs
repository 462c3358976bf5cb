using System.Globalization;

namespace BackupEngine.ControlPlane.Api.Versions;

/// <summary>A version of the API that a request asks for.</summary>
/// <param name="Major">Always 3 once negotiated.</param>
/// <param name="Minor">Grows with every change of a body or a rule.</param>
internal readonly record struct Microversion(int Major, int Minor)
{
    /// <summary>What a request gets that asks for none.</summary>
    public static readonly Microversion Minimum = new(3, 0);

    /// <summary>The newest that is offered.</summary>
    public static readonly Microversion Maximum = new(3, 70);

    /// <summary>Whether what came with version 3.<paramref name="minor"/> is there.</summary>
    public bool Has(int minor) => Minor >= minor;

    /// <summary>Whether the API can answer in this version.</summary>
    public bool IsOffered => Major == Maximum.Major && Minor <= Maximum.Minor;

    /// <summary>Reads <c>Major.Minor</c> without leading zeros.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Microversion version)
    {
        version = default;
        var dot = text.IndexOf('.');
        if (dot < 0 || !TryParseNumber(text[..dot], out var major) || !TryParseNumber(text[(dot + 1)..], out var minor))
            return false;
        version = new Microversion(major, minor);
        return major > 0;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Major}.{Minor}";

    private static bool TryParseNumber(ReadOnlySpan<char> text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
        && (text.Length == 1 || text[0] != '0');
}
