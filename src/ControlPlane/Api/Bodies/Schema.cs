using BackupEngine.ControlPlane.Api.Faults;

namespace BackupEngine.ControlPlane.Api.Bodies;

/// <summary>
/// What a value of a body must be. The texts of the violations are those of JSON Schema as Block Storage gives them.
/// </summary>
internal abstract class Schema
{
    /// <summary>The first violation; null where there is none.</summary>
    public abstract SchemaViolation? Check(BodyValue value);

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
}
