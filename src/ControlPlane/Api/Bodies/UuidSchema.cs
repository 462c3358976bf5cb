using System.Text.Json;

namespace BackupEngine.ControlPlane.Api.Bodies;

/// <summary>An id: with or without dashes, in braces, as URN.</summary>
internal sealed class UuidSchema : Schema
{
    /// <summary>Whether <c>null</c> may stand for it; the violation then reads otherwise.</summary>
    public bool Nullable { get; init; }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteType(json, Nullable, "string");
        json.WriteString("format", "uuid");
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override SchemaViolation? Check(BodyValue value)
    {
        if (Nullable)
            return value.Kind == BodyKind.Null || TryParse(value, out _)
                ? null
                : new SchemaViolation(value, $"{PythonText.Repr(value)} is not valid under any of the given schemas");
        if (value.Kind != BodyKind.Text)
            return WrongType(value, "string");
        return TryParse(value, out _) ? null : new SchemaViolation(value, $"{PythonText.Repr(value)} is not a 'uuid'");
    }

    /// <summary>The id of a value that passed the schema; null for <c>null</c> and for what is absent.</summary>
    public static Guid? Read(BodyValue? value) => value is not null && TryParse(value, out var id) ? id : null;

    private static bool TryParse(BodyValue value, out Guid id)
    {
        id = default;
        var digits = value.Text
            .Replace("urn:", "", StringComparison.Ordinal)
            .Replace("uuid:", "", StringComparison.Ordinal)
            .Trim('{', '}').Replace("-", "", StringComparison.Ordinal);
        return value.Kind == BodyKind.Text && Guid.TryParseExact(digits, "N", out id);
    }
}
