namespace BackupEngine.Chunkstore.Backends;

/// <summary>What a file of a repository is; each kind has its own place and its own form of name.</summary>
internal enum ObjectKind
{
    /// <summary>The configuration; there is one.</summary>
    Config,

    /// <summary>Packs of chunks or nodes.</summary>
    Pack,

    /// <summary>Index segments.</summary>
    Index,

    /// <summary>Published backups.</summary>
    Manifest,

    /// <summary>Registered sessions.</summary>
    Session,

    /// <summary>Key slots and key epochs of an encrypted repository.</summary>
    Key,

    /// <summary>Damaged places that nobody may rely on.</summary>
    Quarantine,

    /// <summary>Finished leaves of unfinished backups.</summary>
    Checkpoint,

    /// <summary>When which packs were proven to be good.</summary>
    Proof,

    /// <summary>What keeps a backup from being deleted, or from being protected while it is deleted.</summary>
    Hold,

    /// <summary>Generations of collection with all that is said about them.</summary>
    Generation,

    /// <summary>Space that is given up when the disk is full; there is at most one.</summary>
    Reserve,
}
