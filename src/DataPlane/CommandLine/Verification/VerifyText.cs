using BackupEngine.Chunkstore.Verification;
using BackupEngine.Chunkstore.Verification.Rebuild;

namespace BackupEngine.DataPlane.CommandLine.Verification;

/// <summary>What a verification found, in words.</summary>
internal static class VerifyText
{
    /// <summary>Of a verification.</summary>
    public static IEnumerable<string> Of(VerifyReport report) =>
    [
        report.Clean ? "Everything that was looked at is good." : "The repository is DAMAGED.",
        $"  backups    {report.Backups}",
        $"  index      {report.IndexSegments} segments",
        $"  packs      {report.PacksRead} of {report.Packs} read, {SizeText.Format(report.BytesRead)}",
        .. report.QuarantinedRecords + report.QuarantinedPacks > 0
            ? [$"  quarantine {report.QuarantinedRecords} records, {report.QuarantinedPacks} packs"]
            : Array.Empty<string>(),
        .. report.Faults.Select(fault => $"  FAULT      {Text(fault)}"),
        .. report.Harmed.SelectMany(Of),
        .. report.Superseded.Select(fault => $"  no longer needed: {Text(fault)}"),
        .. report.Warnings.Select(warning => $"  WARNING    {warning}"),
    ];

    /// <summary>Of what was proven when.</summary>
    public static IEnumerable<string> Of(VerifyStatus status) =>
    [
        Of("packs", status.Packs),
        Of("data", status.Data),
        $"quarantine  {status.QuarantinedRecords} records, {status.QuarantinedPacks} packs",
        .. status.Harmed.SelectMany(Of),
    ];

    /// <summary>Of an index that was made again.</summary>
    public static IEnumerable<string> Of(RebuildReport report) =>
    [
        $"The index has {report.GoodSegments} good and {report.NewSegments} new segments.",
        $"  new        {report.Records} records of {report.Packs} packs, {report.ScannedPacks} of them scanned",
        $"  left alone {report.LeftAlone} packs of running sessions",
        .. report.SetAside.Select(segment => $"  set aside  index/{segment}"),
        .. report.Warnings.Select(warning => $"  WARNING    {warning}"),
    ];

    private static IEnumerable<string> Of(HarmedBackup backup) => backup.Ranges.Count == 0
        ? [$"  HARMED     {backup.BackupId}: all of it, its manifest cannot be read"]
        : backup.Ranges.Select(range =>
            $"  HARMED     {backup.BackupId} of volume {backup.VolumeId}: {SizeText.Format(range.LengthBytes)} "
            + $"at offset {range.OffsetBytes}");

    private static string Of(string level, LevelStatus status) =>
        $"{level,-10}  {status.Packs - status.NeverProvenPacks} of {status.Packs} packs proven, "
        + $"never {SizeText.Format(status.NeverProvenBytes)} of {SizeText.Format(status.Bytes)}; "
        + (status.OldestProof is { } oldest ? $"oldest proof {oldest:yyyy-MM-dd HH:mm:ss}Z" : "no proof yet");

    private static string Text(VerifyFault fault) =>
        fault.File + (fault.OffsetBytes is { } offset ? $" at offset {offset}" : "") + $": {fault.Message}";
}
