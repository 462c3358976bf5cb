using System.Text.Json;

namespace BackupEngine.ControlPlane.Api.Bodies;

/// <summary>A boolean, or one of the words that have always been taken for one.</summary>
internal sealed class TruthSchema : Schema
{
    private static readonly string[] Yes =
        ["True", "TRUE", "true", "1", "ON", "On", "on", "YES", "Yes", "yes", "y", "t"];

    private static readonly string[] No =
        ["False", "FALSE", "false", "0", "OFF", "Off", "off", "NO", "No", "no", "n", "f"];

    private static readonly string Words =
        $"[True, {string.Join(", ", Yes.Select(PythonText.Quote))}, " +
        $"False, {string.Join(", ", No.Select(PythonText.Quote))}]";

    /// <summary>Whether <c>null</c> may stand for it.</summary>
    public bool Nullable { get; init; }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteType(json, Nullable, "boolean", "string");
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override SchemaViolation? Check(BodyValue value)
    {
        if (Nullable && value.Kind == BodyKind.Null)
            return null;
        if (value.Kind is not (BodyKind.Truth or BodyKind.Text))
            return WrongType(value, "boolean", "string");
        return value.Kind == BodyKind.Truth || Yes.Contains(value.Text) || No.Contains(value.Text)
            ? null
            : new SchemaViolation(value, $"{PythonText.Repr(value)} is not one of {Words}");
    }

    /// <summary>The truth of a value that passed the schema; null for <c>null</c> and for what is absent.</summary>
    public static bool? Read(BodyValue? value) => value?.Kind switch
    {
        BodyKind.Truth => value.Truth,
        BodyKind.Text => Yes.Contains(value.Text),
        _ => null,
    };
}
