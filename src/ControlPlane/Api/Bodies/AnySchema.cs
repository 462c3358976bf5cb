using System.Text.Json;

namespace BackupEngine.ControlPlane.Api.Bodies;

/// <summary>Anything: the field is known, and what it holds does not matter.</summary>
internal sealed class AnySchema : Schema
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override SchemaViolation? Check(BodyValue value) => null;
}
