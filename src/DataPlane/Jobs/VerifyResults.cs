using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Verification;
using Contract = BackupEngine.DataPlane.Protocol;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>What a verification found, as the protocol shows it.</summary>
internal static class VerifyResults
{
    /// <summary>
    /// Bound of each list: a repository that has lost its disk has millions of faults, and no client takes such a
    /// message.
    /// </summary>
    public const int MaximumListed = 1000;

    /// <summary>Of a report, whatever its size; of the harmed backups, those that were asked for come first.</summary>
    public static Contract.VerifyResult Describe(VerifyReport report, IReadOnlyCollection<BackupId> asked) => new()
    {
        Clean = report.Clean,
        Backups = report.Backups,
        IndexSegments = report.IndexSegments,
        Packs = report.Packs,
        PacksRead = report.PacksRead,
        BytesRead = report.BytesRead,
        RecordsChecked = report.RecordsChecked,
        RecordsBad = report.RecordsBad,
        UnindexedPacks = report.UnindexedPacks,
        QuarantinedRecords = report.QuarantinedRecords,
        QuarantinedPacks = report.QuarantinedPacks,
        FaultCount = report.Faults.Count,
        Faults = { report.Faults.Take(MaximumListed).Select(Describe) },
        HarmedCount = report.Harmed.Count,
        Harmed = { Describe([.. report.Harmed.OrderBy(harmed => asked.All(id => id.Value != harmed.BackupId))]) },
        SupersededCount = report.Superseded.Count,
        Warnings = { report.Warnings },
    };

    private static Contract.VerifyFault Describe(VerifyFault fault)
    {
        var described = new Contract.VerifyFault
        {
            Kind = fault.Kind.ToString().ToLowerInvariant(),
            File = fault.File,
            Chunk = fault.Chunk ?? "",
            Message = fault.Message,
        };
        if (fault.OffsetBytes is { } offset)
        {
            described.OffsetBytes = offset;
        }

        return described;
    }

    /// <summary>The bound on ranges is one for all backups together.</summary>
    private static IEnumerable<Contract.HarmedBackup> Describe(IReadOnlyList<HarmedBackup> harmed)
    {
        var left = MaximumListed;
        foreach (var backup in harmed.Take(MaximumListed))
        {
            var ranges = backup.Ranges.Take(left).ToList();
            left -= ranges.Count;
            yield return new Contract.HarmedBackup
            {
                BackupId = backup.BackupId,
                VolumeId = backup.VolumeId,
                LostBytes = backup.LostBytes,
                Ranges =
                {
                    ranges.Select(range => new Contract.Extent
                    {
                        OffsetBytes = range.OffsetBytes,
                        LengthBytes = range.LengthBytes,
                    }),
                },
                RangeCount = backup.Ranges.Count,
            };
        }
    }
}
