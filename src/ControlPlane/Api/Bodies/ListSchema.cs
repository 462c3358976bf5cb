using System.Text.Json;

namespace BackupEngine.ControlPlane.Api.Bodies;

/// <summary>An array whose values all have one schema.</summary>
internal sealed class ListSchema : Schema
{
    /// <summary>What each value must be.</summary>
    public required Schema Items { get; init; }

    /// <summary>The fewest values.</summary>
    public required int MinItems { get; init; }

    /// <summary>The most values.</summary>
    public required int MaxItems { get; init; }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteType(json, nullable: false, "array");
        json.WritePropertyName("items");
        Items.Write(json);
        json.WriteNumber("minItems", MinItems);
        json.WriteNumber("maxItems", MaxItems);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override SchemaViolation? Check(BodyValue value)
    {
        if (value.Kind != BodyKind.List)
            return WrongType(value, "array");
        if (value.Items.Count < MinItems)
            return new SchemaViolation(value, $"{PythonText.Repr(value)} is too short");
        return value.Items.Count > MaxItems
            ? new SchemaViolation(value, $"{PythonText.Repr(value)} is too long")
            : value.Items.Select(Items.Check).FirstOrDefault(found => found is not null);
    }
}
