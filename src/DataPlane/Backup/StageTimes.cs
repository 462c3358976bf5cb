using BackupEngine.Chunkstore.Stages;

namespace BackupEngine.DataPlane.Backup;

/// <summary>Where the time of a backup went, summed over all lanes.</summary>
public sealed record StageTimes : StageReport
{
    /// <summary>Readers waited for the device (or for the rate limit).</summary>
    public required double ReadSeconds { get; init; }

    /// <summary>Readers waited because all their buffers were full: the workers are the bottleneck.</summary>
    public required double ReaderIdleSeconds { get; init; }

    /// <summary>Workers looked for zeros, hashed and compared.</summary>
    public required double HashSeconds { get; init; }

    /// <summary>Workers looked chunks up, compressed them and appended them to packs.</summary>
    public required double StoreSeconds { get; init; }

    /// <summary>Workers read the parent's leaves and wrote new ones.</summary>
    public required double TreeSeconds { get; init; }

    /// <summary>Workers waited for data: the device is the bottleneck.</summary>
    public required double WorkerIdleSeconds { get; init; }

    /// <summary>The times of a backup.</summary>
    /// <param name="totals">What was counted.</param>
    /// <param name="cpuSeconds">Processor time of the job.</param>
    public static StageTimes Of(StageTotals totals, double cpuSeconds)
    {
        double Sum(params ReadOnlySpan<Stage> stages)
        {
            var seconds = 0.0;
            foreach (var stage in stages)
            {
                seconds += totals.WallSeconds(stage);
            }

            return Math.Round(seconds, 3);
        }

        var report = StageReport.Of(totals, LaneWorker.Stages, cpuSeconds);
        return new StageTimes
        {
            ReadSeconds = Sum(Stage.Read),
            ReaderIdleSeconds = Sum(Stage.WaitForRoom),
            HashSeconds = Sum(Stage.ZeroScan, Stage.Hash, Stage.Compare),
            StoreSeconds = Sum(Stage.Lookup, Stage.Compress, Stage.Encrypt, Stage.Append, Stage.WaitForPacks),
            TreeSeconds = Sum(Stage.Tree),
            WorkerIdleSeconds = Sum(Stage.WaitForData),
            Bottleneck = report.Bottleneck,
            OtherCpuSeconds = report.OtherCpuSeconds,
            Table = report.Table,
        };
    }
}
