namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Breaking;

/// <summary>
/// A rule that a participant does not keep, for what its file system shows it or does for it: the classes themselves
/// have no switches.
/// </summary>
internal enum BrokenRule
{
    None,

    /// <summary>Its session's record appears only when it is about to commit.</summary>
    RegisterBeforeReading,

    /// <summary>It finds the backup that it pinned even when that is gone.</summary>
    CheckPinnedBackup,

    /// <summary>Neither its session's record nor its answers say what it pins.</summary>
    Pins,

    /// <summary>When it opens the index it does not see what is condemned.</summary>
    ExcludeCondemned,

    /// <summary>Its answers veto nothing.</summary>
    Vetoes,

    /// <summary>It finds every pack that the index names.</summary>
    ExistenceCheck,

    /// <summary>It commits although it was ended: its record and its ticket seem to be there.</summary>
    Ticket,

    /// <summary>It commits without an answer to the generation that it saw.</summary>
    AckBeforeCommit,

    /// <summary>What it has answered goes with its session.</summary>
    AcksStay,

    /// <summary>The collector sees no sessions to wait for.</summary>
    WaitForAcks,

    /// <summary>
    /// The collector judges a generation that another one has opened while it waited for the one before.
    /// </summary>
    JudgeWhatWasWaitedFor,

    /// <summary>The collector sees the backups of its first mark for ever.</summary>
    MarkAgain,

    /// <summary>A generation is done as soon as it has its verdict.</summary>
    DoneLast,

    /// <summary>A writer that gives up looks for its record and leaves it as it is.</summary>
    TakeBackRenames,

    /// <summary>Who makes the index again does not know of sessions that take back.</summary>
    LeaveTakenBack,

    /// <summary>Who makes the index again lists sessions once.</summary>
    OwnersTwice,
}
