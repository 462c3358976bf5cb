using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Restore;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>Results in words.</summary>
internal static class ResultText
{
    private const int MaximumRanges = 20;

    /// <summary>Of a backup.</summary>
    public static IEnumerable<string> Of(BackupResult result) =>
    [
        $"Backup {result.BackupId} of volume {result.VolumeId}, {Kind(result)}",
        $"  volume     {SizeText.Format(result.VolumeBytes)}",
        $"  read       {Moved(result.BytesRead, result.DirectIo, result.Seconds)}",
        .. result.ResumedBytes > 0
            ? [$"  resumed    {SizeText.Format(result.ResumedBytes)}, read by an interrupted run; "
                + $"{SizeText.Format(result.ResumeCheckBytes)} of it compared, {result.ResumeCheckSeconds:0.00} s"]
            : Array.Empty<string>(),
        .. result.SpotCheckBytes + result.RereadBytes > 0
            ? [Proof(result)]
            : Array.Empty<string>(),
        $"  zero       {SizeText.Format(result.ZeroBytes)}",
        $"  unchanged  {SizeText.Format(result.BytesUnchanged)}",
        $"  new        {SizeText.Format(result.BytesNew)} in {result.ChunksNew} chunks",
        $"  stored     {SizeText.Format(result.BytesStored)}, metadata {SizeText.Format(result.MetadataBytes)}",
        $"  time       {result.Seconds:0.00} s, CPU {result.CpuSeconds:0.00} s",
        .. result.Warnings.Select(warning => $"  WARNING    {warning}"),
    ];

    /// <summary>Of a restore.</summary>
    public static IEnumerable<string> Of(RestoreResult result, string target) =>
    [
        $"Backup {result.BackupId} restored to {target}{(result.Complete ? "" : ", INCOMPLETE")}",
        $"  volume     {SizeText.Format(result.VolumeBytes)}",
        $"  written    {Moved(result.BytesWritten, result.DirectIo, result.Seconds)}",
        $"  zero       {SizeText.Format(result.ZeroBytes)}",
        .. result.BytesRead > 0
            ? [$"  compared   {SizeText.Format(result.BytesRead)}, {SizeText.Format(result.BytesSame)} were right"]
            : Array.Empty<string>(),
        $"  time       {result.Seconds:0.00} s, CPU {result.CpuSeconds:0.00} s",
        .. result.Harmed.Take(MaximumRanges).Select(range => $"  HARMED     {range.Length} bytes at {range.Offset}"),
        .. result.Harmed.Count > MaximumRanges
            ? [$"  HARMED     and {result.Harmed.Count - MaximumRanges} more ranges, which --json lists"]
            : Array.Empty<string>(),
        .. result.Warnings.Select(warning => $"  WARNING    {warning}"),
    ];

    private static string Kind(BackupResult result) => (result.ParentId, result.ChangedBlocks) switch
    {
        (null, _) => "full",
        (_, ChangedBlocksUse.Used) => $"on top of {result.ParentId}, changed blocks only",
        _ when result.FullRead is { } reason =>
            $"on top of {result.ParentId}, everything read ({reason.ToText()})",
        _ => $"on top of {result.ParentId}, everything read",
    };

    private static string Proof(BackupResult result)
    {
        var (sample, reread) = (SizeText.Format(result.SpotCheckBytes), SizeText.Format(result.RereadBytes));
        var seconds = result.SpotCheckSeconds + result.RereadSeconds;
        return $"  of that    {sample} sampled and {reread} re-read to prove the changed blocks, {seconds:0.00} s";
    }

    private static string Moved(long bytes, bool direct, double seconds)
    {
        var path = direct ? "direct I/O" : "through the page cache";
        return $"{SizeText.Format(bytes)}, {path}, {bytes / 1048576.0 / Math.Max(seconds, 0.001):0} MiB/s";
    }
}
