namespace BackupEngine.ControlPlane.Workflows;

/// <summary>How much a verification proves.</summary>
public static class VerificationLevel
{
    /// <summary>Manifest, tree and index: that everything is there. Reads no data.</summary>
    public const string Quick = "quick";

    /// <summary>And the data: each chunk is read, decrypted and hashed.</summary>
    public const string Full = "full";
}
