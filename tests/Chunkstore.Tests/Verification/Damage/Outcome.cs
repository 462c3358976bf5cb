namespace BackupEngine.Chunkstore.Tests.Verification.Damage;

/// <summary>How a change of a repository's files came out. Wrong bytes are no outcome: they fail the test.</summary>
internal enum Outcome
{
    /// <summary>Nobody noticed, and every backup came back as it was.</summary>
    Harmless,

    /// <summary>The repository could not be opened.</summary>
    FoundAtOpening,

    /// <summary>A list or a restore ended with the store's error.</summary>
    FoundByReading,

    /// <summary>Only a verification found it; every backup came back as it was.</summary>
    FoundByVerification,
}
