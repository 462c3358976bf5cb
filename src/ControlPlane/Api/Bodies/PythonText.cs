using System.Globalization;
using System.Text;

namespace BackupEngine.ControlPlane.Api.Bodies;

/// <summary>
/// Values as Python writes them: clients and their users know the refusals of Block Storage in this form
/// (<c>None is not of type 'object'</c>).
/// </summary>
internal static class PythonText
{
    /// <summary>As <c>repr()</c> writes it: strings in quotes.</summary>
    public static string Repr(BodyValue value) => value.Kind switch
    {
        BodyKind.Null => "None",
        BodyKind.Truth => value.Truth ? "True" : "False",
        BodyKind.Text => Quote(value.Text),
        BodyKind.List => $"[{string.Join(", ", value.Items.Select(Repr))}]",
        BodyKind.Object =>
            $"{{{string.Join(", ", value.Fields.Select(field => $"{Quote(field.Key)}: {Repr(field.Value)}"))}}}",
        _ => value.Text,
    };

    /// <summary>As <c>str()</c> writes it: a string as it is.</summary>
    public static string Str(BodyValue value) => value.Kind == BodyKind.Text ? value.Text : Repr(value);

    /// <summary>A string in quotes: single ones, unless only they occur in it.</summary>
    public static string Quote(string text)
    {
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        var quoted = new StringBuilder(text.Length + 2).Append(quote);
        foreach (var rune in text.EnumerateRunes())
            AppendEscaped(quoted, rune, quote);
        return quoted.Append(quote).ToString();
    }

    private static void AppendEscaped(StringBuilder quoted, Rune rune, char quote)
    {
        switch (rune.Value)
        {
            case '\\' or '\'' or '"' when rune.Value == '\\' || rune.Value == quote:
                quoted.Append('\\').Append(rune);
                break;
            case '\n':
                quoted.Append("\\n");
                break;
            case '\r':
                quoted.Append("\\r");
                break;
            case '\t':
                quoted.Append("\\t");
                break;
            default:
                quoted.Append(IsPrintable(rune) ? rune.ToString() : Escape(rune.Value));
                break;
        }
    }

    private static string Escape(int code) => code switch
    {
        <= 0xff => $"\\x{code:x2}",
        <= 0xffff => $"\\u{code:x4}",
        _ => $"\\U{code:x8}",
    };

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator);
}
