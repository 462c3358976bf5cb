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
    public static string Repr(BodyValue value)
    {
        var text = new StringBuilder();
        AppendRepr(text, value);
        return text.ToString();
    }

    /// <summary>As <c>str()</c> writes it: a string as it is.</summary>
    public static string Str(BodyValue value) => value.Kind == BodyKind.Text ? value.Text : Repr(value);

    /// <summary>A string in quotes: single ones, unless only they occur in it.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2);
        AppendQuoted(quoted, text);
        return quoted.ToString();
    }

    /// <summary>Into one text, however deep the value is: it may be as large as a body.</summary>
    private static void AppendRepr(StringBuilder text, BodyValue value)
    {
        switch (value.Kind)
        {
            case BodyKind.Null:
                text.Append("None");
                break;
            case BodyKind.Truth:
                text.Append(value.Truth ? "True" : "False");
                break;
            case BodyKind.Text:
                AppendQuoted(text, value.Text);
                break;
            case BodyKind.List:
                AppendItems(text, value.Items);
                break;
            case BodyKind.Object:
                AppendFields(text, value.Fields);
                break;
            default:
                text.Append(value.Text);
                break;
        }
    }

    private static void AppendItems(StringBuilder text, IReadOnlyList<BodyValue> items)
    {
        text.Append('[');
        for (var i = 0; i < items.Count; i++)
        {
            text.Append(i > 0 ? ", " : "");
            AppendRepr(text, items[i]);
        }

        text.Append(']');
    }

    private static void AppendFields(StringBuilder text, OrderedDictionary<string, BodyValue> fields)
    {
        text.Append('{');
        for (var i = 0; i < fields.Count; i++)
        {
            var (name, field) = fields.GetAt(i);
            text.Append(i > 0 ? ", " : "");
            AppendQuoted(text, name);
            text.Append(": ");
            AppendRepr(text, field);
        }

        text.Append('}');
    }

    private static void AppendQuoted(StringBuilder quoted, string text)
    {
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        quoted.Append(quote);
        foreach (var rune in text.EnumerateRunes())
            AppendEscaped(quoted, rune, quote);
        quoted.Append(quote);
    }

    private static void AppendEscaped(StringBuilder quoted, Rune rune, char quote)
    {
        switch (rune.Value)
        {
            case >= ' ' and <= '~' when rune.Value != '\\' && rune.Value != quote:
                quoted.Append((char)rune.Value);
                break;
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
