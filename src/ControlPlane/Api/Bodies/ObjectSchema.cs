using System.Text.Json;

namespace BackupEngine.ControlPlane.Api.Bodies;

/// <summary>An object with named fields.</summary>
internal sealed class ObjectSchema : Schema
{
    /// <summary>The fields it may have, in the order in which they are checked.</summary>
    public required IReadOnlyList<(string Name, Schema Schema)> Properties { get; init; }

    /// <summary>The fields it must have.</summary>
    public IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>Fields of which it must have at least one; empty: none.</summary>
    public IReadOnlyList<string> AnyOf { get; init; } = [];

    /// <summary>The fewest fields.</summary>
    public int MinProperties { get; init; }

    /// <summary>Whether fields that are not named are overlooked; else they are refused.</summary>
    public bool OtherFieldsAllowed { get; init; }

    /// <summary>Whether <c>null</c> may stand for it.</summary>
    public bool Nullable { get; init; }

    /// <summary>The outermost object of a body: one field, and nothing else.</summary>
    public static ObjectSchema Body(string field, Schema schema) =>
        new() { Properties = [(field, schema)], Required = [field] };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteType(json, Nullable, "object");
        json.WriteStartObject("properties");
        foreach (var (name, schema) in Properties)
        {
            json.WritePropertyName(name);
            schema.Write(json);
        }

        json.WriteEndObject();
        json.WriteStartArray("required");
        foreach (var name in Required)
            json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteBoolean("additionalProperties", OtherFieldsAllowed);
        if (MinProperties > 0)
            json.WriteNumber("minProperties", MinProperties);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override SchemaViolation? Check(BodyValue value)
    {
        if (value.Kind == BodyKind.Null && Nullable)
            return null;
        if (value.Kind != BodyKind.Object)
            return Nullable ? WrongType(value, "object", "null") : WrongType(value, "object");
        return CheckProperties(value) ?? CheckNumber(value) ?? CheckRequired(value) ?? CheckOthers(value)
            ?? CheckAnyOf(value);
    }

    private SchemaViolation? CheckProperties(BodyValue value) => Properties
        .Where(property => value.Fields.ContainsKey(property.Name))
        .Select(property => property.Schema.Check(value.Fields[property.Name]) is { } found
            ? found with { Field = found.Field ?? property.Name }
            : null)
        .FirstOrDefault(found => found is not null);

    private SchemaViolation? CheckNumber(BodyValue value) => value.Fields.Count < MinProperties
        ? new SchemaViolation(value, $"{PythonText.Repr(value)} does not have enough properties")
        : null;

    private SchemaViolation? CheckRequired(BodyValue value) =>
        Required.FirstOrDefault(name => !value.Fields.ContainsKey(name)) is { } missing
            ? new SchemaViolation(value, $"{PythonText.Quote(missing)} is a required property")
            : null;

    private SchemaViolation? CheckOthers(BodyValue value)
    {
        if (OtherFieldsAllowed)
            return null;
        var others = value.Fields.Keys.Where(name => Properties.All(property => property.Name != name)).ToList();
        return others.Count == 0 ? null : new SchemaViolation(
            value,
            $"Additional properties are not allowed ({string.Join(", ", others.Select(PythonText.Quote))} " +
            $"{(others.Count == 1 ? "was" : "were")} unexpected)");
    }

    private SchemaViolation? CheckAnyOf(BodyValue value) => AnyOf.Count == 0 || AnyOf.Any(value.Fields.ContainsKey)
        ? null
        : new SchemaViolation(value, $"{PythonText.Repr(value)} is not valid under any of the given schemas");
}
