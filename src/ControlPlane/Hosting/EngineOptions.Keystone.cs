namespace BackupEngine.ControlPlane.Hosting;

/// <summary>What <c>Authentication: keystone</c> needs.</summary>
public sealed partial class EngineOptions
{
    /// <summary>Where Keystone is: <c>https://HOST:PORT</c>, with <c>/v3</c> at its end or without.</summary>
    public string? KeystoneUrl { get; set; }

    /// <summary>Where clients are told that Keystone is, when they come without a token; null: the same.</summary>
    public string? KeystonePublicUrl { get; set; }

    /// <summary>Name of the service user that asks about tokens; it needs the role <c>service</c>.</summary>
    public string KeystoneUser { get; set; } = "backup-engine";

    /// <summary>Name of that user's domain.</summary>
    public string KeystoneUserDomain { get; set; } = "Default";

    /// <summary>Name of the project that the service user's token is for.</summary>
    public string KeystoneProject { get; set; } = "service";

    /// <summary>Name of that project's domain.</summary>
    public string KeystoneProjectDomain { get; set; } = "Default";

    /// <summary>Password of the service user; rather give <see cref="KeystonePasswordFile"/>.</summary>
    public string? KeystonePassword { get; set; }

    /// <summary>File that holds the password of the service user; as <see cref="PostgreSqlPasswordFile"/>.</summary>
    public string? KeystonePasswordFile { get; set; }

    /// <summary>
    /// PEM file of the authorities that may have signed Keystone's certificate; null: the system's.
    /// </summary>
    public string? KeystoneCaFile { get; set; }

    /// <summary>So long, in seconds, Keystone's word on a token is believed: a revoked one works no longer.</summary>
    public int KeystoneCacheSeconds { get; set; } = 30;

    /// <summary>Of so many tokens it is kept.</summary>
    public int KeystoneCacheTokens { get; set; } = 10000;

    /// <summary>A request to Keystone waits this long for its answer, in seconds.</summary>
    public int KeystoneTimeoutSeconds { get; set; } = 10;
}
