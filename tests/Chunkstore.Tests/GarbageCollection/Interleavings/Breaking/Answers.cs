using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Disk;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Breaking;

/// <summary>Says less than it should: what it publishes is changed before others see it.</summary>
internal sealed class Answers(
    IFileSystem inner, MemoryFileSystem disk, Guid repositoryId, bool hidesPins, bool hidesVetoes)
    : BreakingFileSystem(inner)
{
    public override bool RenameNoReplace(string path, string newPath)
    {
        if (IsIn("sessions", newPath) && hidesPins)
        {
            var record = SessionRecordFile.Read(disk.ReadAll(path), path);
            disk.Replace(path, SessionRecordFile.Write(record with { Pins = [] }));
        }

        if (IsIn("gc", newPath) && newPath.Contains(".ack-", StringComparison.Ordinal))
        {
            var file = CollectionFile.Read(disk.ReadAll(path), repositoryId, path);
            file = file with { Pins = hidesPins ? [] : file.Pins, Packs = hidesVetoes ? [] : file.Packs };
            disk.Replace(path, file.Write(repositoryId));
        }

        return base.RenameNoReplace(path, newPath);
    }
}
