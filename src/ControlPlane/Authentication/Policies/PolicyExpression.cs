namespace BackupEngine.ControlPlane.Authentication.Policies;

/// <summary>An expression of a rule, read.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Holds">Whether it is true.</param>
/// <param name="References">The rules that it names.</param>
internal sealed record PolicyExpression(
    string Text, Func<PolicyQuestion, bool> Holds, IReadOnlyList<string> References);
