namespace BackupEngine.Chunkstore.Encryption;

/// <summary>What opens a key slot.</summary>
public enum KeySlotKind
{
    /// <summary>A passphrase, by Argon2id.</summary>
    Passphrase,

    /// <summary>A file of random bytes.</summary>
    KeyFile,
}
