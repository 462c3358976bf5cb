using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Disk;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Breaking;

/// <summary>The file system of a participant that breaks a rule.</summary>
internal static class Breaker
{
    public static IFileSystem Break(BrokenRule rule, IFileSystem inner, MemoryFileSystem disk, Guid repositoryId) =>
        rule switch
        {
            BrokenRule.None => inner,
            BrokenRule.RegisterBeforeReading => new LateRegistration(inner),
            BrokenRule.CheckPinnedBackup => new LongSight(inner, "manifests"),
            BrokenRule.Pins => new Answers(inner, disk, repositoryId, hidesPins: true, hidesVetoes: false),
            BrokenRule.ExcludeCondemned => new SameListing(inner, "gc", isEmpty: true, times: 1),
            BrokenRule.Vetoes => new Answers(inner, disk, repositoryId, hidesPins: false, hidesVetoes: true),
            BrokenRule.ExistenceCheck => new AllPacksThere(inner),
            BrokenRule.Ticket => new ForcedCommit(new LongSight(inner, "sessions"), disk),
            BrokenRule.AckBeforeCommit => new LostAnswers(inner, neverCome: true),
            BrokenRule.AcksStay => new LostAnswers(inner, neverCome: false),
            BrokenRule.WaitForAcks => new SameListing(inner, "sessions", isEmpty: true),
            BrokenRule.MarkAgain => new SameListing(inner, "manifests", isEmpty: false),
            BrokenRule.JudgeWhatWasWaitedFor => new BlindSecondWait(inner),
            BrokenRule.DoneLast => new EarlyDone(inner, disk, repositoryId),
            BrokenRule.TakeBackRenames => new UnmovedRecord(inner),
            BrokenRule.LeaveTakenBack => new HiddenTakeBacks(inner),
            BrokenRule.OwnersTwice => new ListedOnce(inner),
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, null),
        };
}
