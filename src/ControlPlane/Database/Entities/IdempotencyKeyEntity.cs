namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>
/// A request that was taken on under a key of the client's: asked again with the same key it gets the same answer.
/// Written in the transaction that makes the backup.
/// </summary>
public sealed class IdempotencyKeyEntity
{
    /// <summary>The project whose key it is.</summary>
    public string ProjectId { get; set; } = "";

    /// <summary>The key, at most 255 characters.</summary>
    public string Key { get; set; } = "";

    /// <summary>SHA-256 of the body, whatever the order of its fields, in hexadecimal digits.</summary>
    public string Fingerprint { get; set; } = "";

    /// <summary>The backup that was made.</summary>
    public Guid BackupId { get; set; }

    /// <summary>Its name when it was made.</summary>
    public string? BackupName { get; set; }

    /// <summary>UTC; from then on the key may be used anew.</summary>
    public DateTime ExpiresAt { get; set; }
}
