namespace BackupEngine.Chunkstore.Sessions;

/// <summary>What a session does, as its record states it.</summary>
internal static class SessionKinds
{
    /// <summary>Writes a backup.</summary>
    public const string Backup = "backup";

    /// <summary>Reads; the roots that it pins are kept.</summary>
    public const string Read = "read";

    /// <summary>Collects garbage.</summary>
    public const string Collect = "collect";

    /// <summary>Writes index segments over packs that are there.</summary>
    public const string Merge = "merge";

    /// <summary>
    /// Whether a collector waits for such a session: it may rely on packs. What is not known may.
    /// </summary>
    public static bool MayRely(string kind) => kind is not (Read or Merge);
}
