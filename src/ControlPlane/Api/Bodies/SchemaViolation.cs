namespace BackupEngine.ControlPlane.Api.Bodies;

/// <summary>How a value violates its schema.</summary>
/// <param name="Value">The value.</param>
/// <param name="Message">What is wrong with it.</param>
internal sealed record SchemaViolation(BodyValue Value, string Message)
{
    /// <summary>The field that holds the value; null for the body as a whole.</summary>
    public string? Field { get; init; }

    /// <summary>The violation as it stands in the refusal.</summary>
    public string ToMessage() => Field is null
        ? Message
        : $"Invalid input for field/attribute {Field}. Value: {PythonText.Str(Value)}. {Message}";
}
