using System.Globalization;
using System.Text.Json;

namespace BackupEngine.ControlPlane.Api.Bodies;

/// <summary>A whole number within bounds.</summary>
internal sealed class NumberSchema : Schema
{
    /// <summary>The least.</summary>
    public required int Minimum { get; init; }

    /// <summary>The most.</summary>
    public required int Maximum { get; init; }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteType(json, nullable: false, "integer");
        json.WriteNumber("minimum", Minimum);
        json.WriteNumber("maximum", Maximum);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override SchemaViolation? Check(BodyValue value)
    {
        if (value.Kind != BodyKind.Integer)
            return WrongType(value, "integer");
        return WholeNumber.CheckRange(value, Minimum, Maximum);
    }

    /// <summary>The number of a value that passed the schema; null for what is absent.</summary>
    public static int? Read(BodyValue? value) =>
        value is null ? null : int.Parse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
