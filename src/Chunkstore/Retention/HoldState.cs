namespace BackupEngine.Chunkstore.Retention;

/// <summary>What is decided about a backup beside its manifest.</summary>
public enum HoldState
{
    /// <summary>Nothing: it may be deleted, and it may be protected.</summary>
    Free,

    /// <summary>Neither delete nor prune removes it.</summary>
    Protected,

    /// <summary>
    /// Its deletion has begun and is finished by whoever repeats it; it cannot be protected any more.
    /// </summary>
    Deleting,
}
