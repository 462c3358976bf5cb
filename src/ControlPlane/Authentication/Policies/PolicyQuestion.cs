namespace BackupEngine.ControlPlane.Authentication.Policies;

/// <summary>Who asks, and for what.</summary>
internal readonly record struct PolicyQuestion(Policy Policy, Caller Caller, PolicyTarget Target);
