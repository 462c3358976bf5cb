namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models.Protocol;

/// <summary>The rules that nothing is lost by; each can be taken out of the model.</summary>
[Flags]
internal enum ProtocolRule : ulong
{
    None = 0,

    /// <summary>A writer makes its commit ticket before it registers.</summary>
    TicketBeforeRegistering = 1ul << 0,

    /// <summary>A session is registered before it reads what the repository holds.</summary>
    RegisterBeforeReading = 1ul << 1,

    /// <summary>After registering, the owner checks that the backup it pinned is still there.</summary>
    CheckPinnedBackup = 1ul << 2,

    /// <summary>The roots that a session pins are roots of the collector.</summary>
    Pins = 1ul << 3,

    /// <summary>Lookups skip condemned packs.</summary>
    ExcludeCondemned = 1ul << 4,

    /// <summary>An acknowledgement vetoes the packs of dedup hits.</summary>
    VetoHits = 1ul << 5,

    /// <summary>An acknowledgement vetoes the session's own packs.</summary>
    VetoOwnPacks = 1ul << 6,

    /// <summary>The exclusions change only when no lane is between its lookup and setting the bit.</summary>
    LanesAtRest = 1ul << 7,

    /// <summary>A pack that a session relies on for the first time is looked for.</summary>
    ExistenceCheck = 1ul << 8,

    /// <summary>A second lane relies on a pack only after the first one's look.</summary>
    LanesWaitForCheck = 1ul << 9,

    /// <summary>A commit renames the ticket, which fencing unlinks.</summary>
    Ticket = 1ul << 10,

    /// <summary>The collector waits for acknowledgements.</summary>
    WaitForAcks = 1ul << 11,

    /// <summary>An acknowledgement is published before the session commits.</summary>
    AckBeforeCommit = 1ul << 12,

    /// <summary>The collector marks again after the wait.</summary>
    MarkAgain = 1ul << 13,

    /// <summary>Acknowledgements, vetoes and pins with them, stay until the generation is done.</summary>
    AcksStay = 1ul << 14,

    /// <summary>Sessions are listed after the manifests, acknowledgements last.</summary>
    SessionsAfterManifests = 1ul << 15,

    /// <summary>Marking takes only places in packs whose file is there.</summary>
    MarkExistingPacks = 1ul << 16,

    /// <summary>There is one verdict for a generation: its name is published once.</summary>
    OneVerdict = 1ul << 17,

    /// <summary>A verdict's name is never free again.</summary>
    VerdictNameStays = 1ul << 18,

    /// <summary>A generation is published only when the one before is done.</summary>
    OneOpenGeneration = 1ul << 19,

    /// <summary>A generation is done only after its packs are deleted.</summary>
    DoneLast = 1ul << 20,

    /// <summary>Fencing unlinks the ticket before it removes the session's record.</summary>
    TicketBeforeRecord = 1ul << 21,

    /// <summary>The state of collection is read before the index.</summary>
    StateBeforeIndex = 1ul << 22,

    /// <summary>A pack's bit is set before the pack is looked for.</summary>
    BitBeforeCheck = 1ul << 23,

    /// <summary>A collector judges only a generation that it has waited for itself.</summary>
    JudgeWhatWasWaitedFor = 1ul << 24,

    /// <summary>
    /// A writer that gives up renames its record, so that nobody ends it, before it deletes a pack.
    /// </summary>
    TakeBackRenames = 1ul << 25,

    /// <summary>An index that is made again leaves out the packs of sessions that take back.</summary>
    LeaveTakenBack = 1ul << 26,

    /// <summary>Who makes the index again lists packs before sessions.</summary>
    PacksBeforeOwners = 1ul << 27,

    /// <summary>Who makes the index again lists sessions twice.</summary>
    OwnersTwice = 1ul << 28,

    All = (1ul << 29) - 1,
}
