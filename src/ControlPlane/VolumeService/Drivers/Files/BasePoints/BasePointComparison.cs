using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files.ExtentMaps;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.BasePoints;

/// <summary>
/// What changed between the base points of two backups; unknown, with the reason, whenever one is not beyond doubt.
/// </summary>
internal sealed class BasePointComparison(BasePointStore store)
{
    public ChangedBlocks Compare(Guid volumeId, string parentToken, Guid backupId, CancellationToken cancellationToken)
    {
        if (BaseToken.TryParse(parentToken) is not { } parent)
            return Unknown("the parent's base token is not one of this driver");
        if (parent.VolumeId != volumeId)
            return Unknown($"the parent's base token is of another volume, {parent.VolumeId}");
        using var before = store.TryOpen(volumeId, parent.BackupId);
        if (before is null)
            return Unknown($"the base point of backup {parent.BackupId} is not kept any more");
        var found = before.Token.ToString();
        if (found != parentToken)
            return Unknown($"the base point of backup {parent.BackupId} is not the one that it read: {found}");
        using var after = store.TryOpen(volumeId, backupId);
        if (after is null)
            return Unknown($"backup {backupId} has no base point of its own");
        if (after.Token.FileSystemId != before.Token.FileSystemId)
            return Unknown("the two base points are on different file systems");
        return Compare(before, after, cancellationToken);
    }

    private static ChangedBlocks Compare(BasePointFile before, BasePointFile after, CancellationToken cancellationToken)
    {
        var sizeBytes = after.Token.SizeBytes;
        var commonBytes = Math.Min(sizeBytes, before.Token.SizeBytes);
        ChangedExtentList? list;
        try
        {
            list = StableComparison.Compare(
                () => before.ReadMap(commonBytes),
                () => after.ReadMap(commonBytes),
                commonBytes,
                () => new ChangedExtentList(sizeBytes, after.Token.GranularityBytes),
                cancellationToken);
        }
        catch (InvalidDataException e)
        {
            return Unknown(e.Message);
        }

        if (list is null)
            return Unknown("the file system kept moving extents while their maps were read");
        list.Add(commonBytes, sizeBytes);
        return new ChangedBlocks { Known = true, Reason = "", Extents = list.ToExtents() };
    }

    public static ChangedBlocks Unknown(string reason) => new() { Known = false, Reason = reason, Extents = [] };
}
