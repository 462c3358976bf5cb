namespace BackupEngine.ControlPlane.Authentication.Keystone;

/// <summary>A token of the service user.</summary>
/// <param name="Token">The secret.</param>
/// <param name="RenewAt">From when on another one is asked for.</param>
internal sealed record ServiceTokenGrant(string Token, DateTimeOffset RenewAt);
