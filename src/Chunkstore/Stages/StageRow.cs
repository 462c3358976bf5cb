using System.Text.Json;

namespace BackupEngine.Chunkstore.Stages;

/// <summary>One stage of a job, summed over all threads.</summary>
/// <param name="Stage">The name of the <see cref="Stages.Stage"/>, in lower case: <c>zero_scan</c>.</param>
/// <param name="WallSeconds">Time that threads spent at it.</param>
/// <param name="CpuSeconds">Processor time of that.</param>
/// <param name="WaitSeconds">The rest: threads waited, for a device, for each other or for a processor.</param>
/// <param name="Bytes">What went through it; 0 where that was not counted.</param>
/// <param name="MibPerCpuSecond">
/// Mebibytes in one second of one core; null where the stage took less than a millisecond or has no bytes.
/// </param>
public sealed record StageRow(
    string Stage, double WallSeconds, double CpuSeconds, double WaitSeconds, long Bytes, double? MibPerCpuSecond)
{
    private const double MebibyteBytes = 1 << 20;
    private const double LeastSeconds = 0.001;

    internal static StageRow Of(StageTotals totals, Stage stage)
    {
        var (wall, cpu, bytes) = (totals.WallSeconds(stage), totals.CpuSeconds(stage), totals.Bytes(stage));
        return new StageRow(
            JsonNamingPolicy.SnakeCaseLower.ConvertName(stage.ToString()),
            Round(wall),
            Round(cpu),
            Round(Math.Max(0, wall - cpu)),
            bytes,
            cpu >= LeastSeconds && bytes > 0 ? Math.Round(bytes / MebibyteBytes / cpu, 0) : null);
    }

    private static double Round(double seconds) => Math.Round(seconds, 3);
}
