namespace BackupEngine.ControlPlane.Authentication.Policies;

/// <summary>Something that a caller may do or may not.</summary>
/// <param name="Name">Its name, as Cinder has it where Cinder has it.</param>
/// <param name="Default">Who may, where the policy file says nothing else; see <see cref="PolicyParser"/>.</param>
/// <param name="Description">What it is, in a few words.</param>
public sealed record PolicyRule(string Name, string Default, string Description);
