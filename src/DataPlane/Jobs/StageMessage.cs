using BackupEngine.Chunkstore.Stages;
using Contract = BackupEngine.DataPlane.Protocol;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>Where the time of a job went, as the protocol says it.</summary>
internal static class StageMessage
{
    /// <summary>Writes a report down.</summary>
    public static Contract.StageReport Of(StageReport report) => new()
    {
        Bottleneck = report.Bottleneck,
        OtherCpuSeconds = report.OtherCpuSeconds,
        Table = { report.Table.Select(Row) },
    };

    private static Contract.StageRow Row(StageRow row) => new()
    {
        Stage = row.Stage,
        WallSeconds = row.WallSeconds,
        CpuSeconds = row.CpuSeconds,
        WaitSeconds = row.WaitSeconds,
        Bytes = row.Bytes,
    };
}
