namespace BackupEngine.ControlPlane.Authentication.Keystone;

/// <summary>What Keystone said of a token.</summary>
/// <param name="Caller">Whose it is; null: it is not valid.</param>
/// <param name="Until">How long that is believed.</param>
internal sealed record ValidatedToken(Caller? Caller, DateTimeOffset Until);
