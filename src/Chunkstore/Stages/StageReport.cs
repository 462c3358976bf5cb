namespace BackupEngine.Chunkstore.Stages;

/// <summary>Where the time of a job went, for people and for programs.</summary>
public record StageReport
{
    /// <summary>What would have to be faster for the job to be faster, in words.</summary>
    public required string Bottleneck { get; init; }

    /// <summary>
    /// Processor time of the process that no stage counted: the runtime with its compiler, and whatever else ran
    /// meanwhile.
    /// </summary>
    public required double OtherCpuSeconds { get; init; }

    /// <summary>The stages at which any time was spent.</summary>
    public required IReadOnlyList<StageRow> Table { get; init; }

    /// <summary>Makes the report of a job.</summary>
    /// <param name="totals">What was counted.</param>
    /// <param name="workers">The stages of those threads that had to come to an end for the job to end.</param>
    /// <param name="cpuSeconds">Processor time of the job.</param>
    public static StageReport Of(StageTotals totals, IEnumerable<Stage> workers, double cpuSeconds) => new()
    {
        Bottleneck = Stages.Bottleneck.Of(totals, [.. workers]),
        OtherCpuSeconds = OtherSeconds(totals, cpuSeconds),
        Table =
        [
            .. Enum.GetValues<Stage>()
                .Where(stage => totals.WallSeconds(stage) > 0)
                .Select(stage => StageRow.Of(totals, stage)),
        ],
    };

    private static double OtherSeconds(StageTotals totals, double cpuSeconds) =>
        Math.Round(Math.Max(0, cpuSeconds - Enum.GetValues<Stage>().Sum(totals.CpuSeconds)), 3);
}
