namespace BackupEngine.ControlPlane.Authentication.Policies;

/// <summary>One rule of the policy file.</summary>
/// <param name="Expression">What it says.</param>
/// <param name="Line">Where it stands, from 1.</param>
internal sealed record PolicyFileEntry(PolicyExpression Expression, long Line);
