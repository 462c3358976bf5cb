using System.Globalization;
using System.Text;
using System.Text.Json;
using BackupEngine.ControlPlane.Api.Faults;

namespace BackupEngine.ControlPlane.Api.Bodies;

/// <summary>A string, or <c>null</c>, with a bounded number of characters.</summary>
internal sealed class TextSchema : Schema
{
    private const string PrintablePattern = "^[printable characters]*$";

    /// <summary>Whether <c>null</c> may stand for it.</summary>
    public bool Nullable { get; init; } = true;

    /// <summary>The fewest characters.</summary>
    public int MinLength { get; init; }

    /// <summary>The most characters, counted as Unicode scalars.</summary>
    public int MaxLength { get; init; } = 255;

    /// <summary>Whether control characters and line ends are refused.</summary>
    public bool Printable { get; init; }

    /// <summary>The only values it may have; empty: any.</summary>
    public IReadOnlyList<string> OneOf { get; init; } = [];

    /// <summary>
    /// For the fields whose length is checked after blanks at the ends are gone, in a sentence that calls the field by
    /// this name; null for the rest.
    /// </summary>
    public string? TrimmedName { get; init; }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteType(json, Nullable, "string");
        if (MinLength > 0)
            json.WriteNumber("minLength", MinLength);
        if (MaxLength < int.MaxValue)
            json.WriteNumber("maxLength", MaxLength);
        if (OneOf.Count == 0)
        {
            json.WriteEndObject();
            return;
        }

        json.WriteStartArray("enum");
        foreach (var allowed in OneOf)
            json.WriteStringValue(allowed);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override SchemaViolation? Check(BodyValue value)
    {
        if (value.Kind == BodyKind.Null && Nullable)
            return null;
        if (value.Kind != BodyKind.Text)
            return Nullable ? WrongType(value, "string", "null") : WrongType(value, "string");
        return CheckLength(value) ?? CheckPrintable(value) ?? CheckZeros(value) ?? CheckOneOf(value);
    }

    private SchemaViolation? CheckLength(BodyValue value)
    {
        var text = TrimmedName is null ? value.Text : value.Text.Trim();
        var length = text.EnumerateRunes().Count();
        if (length > MaxLength && TrimmedName is not null)
            throw Fault.InvalidInput($"{TrimmedName} has {length} characters, more than {MaxLength}.");
        if (length < MinLength)
            return new SchemaViolation(value, $"{PythonText.Repr(value)} is too short");
        return length > MaxLength ? new SchemaViolation(value, $"{PythonText.Repr(value)} is too long") : null;
    }

    /// <summary>Not every database can keep a character of code zero.</summary>
    private static SchemaViolation? CheckZeros(BodyValue value) => value.Text.Contains('\0')
        ? new SchemaViolation(value, $"{PythonText.Repr(value)} does not match '^[^\\x00]*$'")
        : null;

    private SchemaViolation? CheckPrintable(BodyValue value) =>
        Printable && !value.Text.EnumerateRunes().All(IsPrintable)
        ? new SchemaViolation(value, $"{PythonText.Repr(value)} does not match {PythonText.Quote(PrintablePattern)}")
        : null;

    private SchemaViolation? CheckOneOf(BodyValue value) =>
        OneOf.Count > 0 && !OneOf.Contains(value.Text, StringComparer.Ordinal)
        ? new SchemaViolation(
            value, $"{PythonText.Repr(value)} is not one of [{string.Join(", ", OneOf.Select(PythonText.Quote))}]")
        : null;

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
