using System.Text.Json;
using BackupEngine.ControlPlane.Api.Faults;

namespace BackupEngine.ControlPlane.Api.Bodies;

/// <summary>
/// What a value of a body must be. The texts of the violations are those of JSON Schema as Block Storage gives them.
/// </summary>
internal abstract class Schema
{
    /// <summary>The first violation; null where there is none.</summary>
    public abstract SchemaViolation? Check(BodyValue value);

    /// <summary>Describes itself as JSON Schema, in the document of the API.</summary>
    public abstract void Write(Utf8JsonWriter json);

    /// <summary>Refuses a body that violates the schema.</summary>
    /// <exception cref="ApiFaultException">400 with the first violation.</exception>
    public void Require(BodyValue body)
    {
        if (Check(body) is { } violation)
            throw Fault.BadRequest(violation.ToMessage());
    }

    /// <summary>A value of a type that is not allowed here.</summary>
    protected static SchemaViolation WrongType(BodyValue value, params IEnumerable<string> allowed) =>
        new(value, $"{PythonText.Repr(value)} is not of type {string.Join(", ", allowed.Select(PythonText.Quote))}");

    protected static void WriteType(Utf8JsonWriter json, bool nullable, params IReadOnlyList<string> types)
    {
        if (types.Count == 1 && !nullable)
        {
            json.WriteString("type", types[0]);
            return;
        }

        json.WriteStartArray("type");
        foreach (var type in types)
            json.WriteStringValue(type);
        if (nullable)
            json.WriteStringValue("null");
        json.WriteEndArray();
    }
}
