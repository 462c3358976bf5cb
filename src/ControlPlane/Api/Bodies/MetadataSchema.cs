using System.Buffers;
using System.Text.Json;

namespace BackupEngine.ControlPlane.Api.Bodies;

/// <summary>User metadata: an object of strings.</summary>
internal sealed class MetadataSchema : Schema
{
    private const string KeyPattern = "^[a-zA-Z0-9-_:. /]{1,255}$";

    private static readonly SearchValues<char> KeyCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:. /");

    private static readonly TextSchema Values = new() { Nullable = false };

    /// <summary>Whether <c>null</c> may stand for it.</summary>
    public bool Nullable { get; init; }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteType(json, Nullable, "object");
        json.WriteStartObject("propertyNames");
        json.WriteString("pattern", KeyPattern);
        json.WriteEndObject();
        json.WritePropertyName("additionalProperties");
        Values.Write(json);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override SchemaViolation? Check(BodyValue value)
    {
        if (Nullable && value.Kind == BodyKind.Null)
            return null;
        if (value.Kind != BodyKind.Object)
            return Nullable ? WrongType(value, "object", "null") : WrongType(value, "object");
        return CheckValues(value) ?? CheckKeys(value);
    }

    /// <summary>The metadata of a value that passed the schema; null for <c>null</c> and for what is absent.</summary>
    public static Dictionary<string, string>? Read(BodyValue? value) =>
        value?.Fields.ToDictionary(field => field.Key, field => field.Value.Text, StringComparer.Ordinal);

    private static SchemaViolation? CheckValues(BodyValue value) => value.Fields
        .Where(field => IsKey(field.Key))
        .Select(field => Values.Check(field.Value) is { } found ? found with { Field = field.Key } : null)
        .FirstOrDefault(found => found is not null);

    private static SchemaViolation? CheckKeys(BodyValue value)
    {
        var others = value.Fields.Keys.Where(key => !IsKey(key)).Order(StringComparer.Ordinal).ToList();
        return others.Count == 0 ? null : new SchemaViolation(
            value,
            $"{string.Join(", ", others.Select(PythonText.Quote))} {(others.Count == 1 ? "does" : "do")} not match " +
            $"any of the regexes: {PythonText.Quote(KeyPattern)}");
    }

    private static bool IsKey(string key) =>
        key.Length is > 0 and <= 255 && !key.AsSpan().ContainsAnyExcept(KeyCharacters);
}
