namespace BackupEngine.Chunkstore.Checkpoints;

/// <summary>Whether a backup goes on from the checkpoints of an interrupted run with the same id.</summary>
public enum ResumeMode
{
    /// <summary>
    /// Goes on where a base token or a source identity proves that the source is still the same point in time.
    /// </summary>
    WhenProven,

    /// <summary>
    /// Goes on also where neither is known: the caller knows that the source has not changed. A token or an identity
    /// that differs is refused all the same.
    /// </summary>
    Trust,

    /// <summary>Always starts over.</summary>
    Never,
}
