namespace BackupEngine.ControlPlane.Api.Bodies;

/// <summary>Anything: the field is known, and what it holds does not matter.</summary>
internal sealed class AnySchema : Schema
{
    /// <inheritdoc/>
    public override SchemaViolation? Check(BodyValue value) => null;
}
