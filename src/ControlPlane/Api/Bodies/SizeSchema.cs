using System.Globalization;
using System.Text.Json;

namespace BackupEngine.ControlPlane.Api.Bodies;

/// <summary>A size in GiB: a whole number from 1, also as a string of digits, or <c>null</c>.</summary>
internal sealed class SizeSchema : Schema
{
    private const int Minimum = 1;
    private const int Maximum = int.MaxValue;

    /// <summary>Whether null is a value.</summary>
    public bool Nullable { get; init; } = true;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteType(json, Nullable, "integer", "string");
        json.WriteNumber("minimum", Minimum);
        json.WriteNumber("maximum", Maximum);
        json.WriteString("pattern", "^[0-9]+$");
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override SchemaViolation? Check(BodyValue value)
    {
        if (value.Kind == BodyKind.Null && Nullable)
            return null;
        if (value.Kind is not (BodyKind.Integer or BodyKind.Text))
            return Nullable
                ? WrongType(value, "integer", "string", "null")
                : WrongType(value, "integer", "string");
        if (value.Kind == BodyKind.Text && (value.Text.Length == 0 || !value.Text.All(char.IsAsciiDigit)))
            return new SchemaViolation(value, $"{PythonText.Repr(value)} does not match '^[0-9]+$'");
        return WholeNumber.CheckRange(value, Minimum, Maximum);
    }

    /// <summary>The size of a value that passed the schema; null for <c>null</c> and for what is absent.</summary>
    public static int? Read(BodyValue? value) =>
        value is null ? null : int.Parse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
