namespace BackupEngine.Chunkstore.Tests.Histories;

/// <summary>What can happen next; how often of a hundred stands beside each in <see cref="History"/>.</summary>
internal enum HistoryStep
{
    Write,
    Trim,
    Resize,

    /// <summary>Keep the bytes as they are now.</summary>
    Snapshot,

    /// <summary>The volume becomes one of its snapshots again.</summary>
    Revert,

    /// <summary>A full backup, of the volume or of a snapshot.</summary>
    Full,

    /// <summary>An incremental that reads everything.</summary>
    Incremental,

    /// <summary>An incremental that reads only what has changed.</summary>
    ChangedOnly,
    Delete,
    Protect,
    Prune,
    Collect,
    Verify,
    RebuildIndex,

    /// <summary>The next backup, deletion or collection dies at a call to the file system.</summary>
    Crash,
    Restore,
    Reopen,
}
