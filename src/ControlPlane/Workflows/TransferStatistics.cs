using System.Text.Json;
using System.Text.Json.Nodes;
using BackupEngine.DataPlane.Protocol;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>
/// What the data plane counted, under the names of its own JSON: as facts of step 12 and for the record.
/// </summary>
internal static class TransferStatistics
{
    private const string Warnings = "warnings";

    /// <summary>Of a backup.</summary>
    public static StepFacts FactsOf(BackupResult result) => new StepFacts()
        .With("volume_bytes", $"{result.VolumeBytes}")
        .With("bytes_read", $"{result.BytesRead}")
        .With("resumed_bytes", $"{result.ResumedBytes}")
        .With("zero_bytes", $"{result.ZeroBytes}")
        .With("bytes_unchanged", $"{result.BytesUnchanged}")
        .With("chunks_new", $"{result.ChunksNew}")
        .With("bytes_new", $"{result.BytesNew}")
        .With("bytes_stored", $"{result.BytesStored}")
        .With("metadata_bytes", $"{result.MetadataBytes}")
        .With("seconds", $"{result.Seconds}")
        .With("cpu_seconds", $"{result.CpuSeconds}")
        .With("direct_io", result.DirectIo ? "true" : "false")
        .With("spot_check_bytes", $"{result.SpotCheckBytes}")
        .With("reread_bytes", $"{result.RereadBytes}")
        .With("reread_seconds", $"{result.RereadSeconds}")
        .With("spot_check_seconds", $"{result.SpotCheckSeconds}")
        .With("known_zero_bytes", $"{result.KnownZeroBytes}")
        .With("queue_depth", $"{result.QueueDepth}")
        .With("io_engine", JsonSerializer.Serialize(result.IoEngine))
        .With("bound_by", JsonSerializer.Serialize(result.Stages?.Bottleneck ?? ""))
        .With("stages", JsonOf(result.Stages))
        .With("full_read", result.FullRead.Length > 0 ? "true" : "false")
        .With("full_read_reason", JsonSerializer.Serialize(result.FullRead))
        .With(Warnings, JsonSerializer.Serialize(result.Warnings.ToArray()));

    /// <summary>Of a restore.</summary>
    public static StepFacts FactsOf(RestoreResult result) => new StepFacts()
        .With("bytes_written", $"{result.BytesWritten}")
        .With("bytes_read", $"{result.BytesRead}")
        .With("bytes_same", $"{result.BytesSame}")
        .With("io_engine", JsonSerializer.Serialize(result.IoEngine))
        .With("bound_by", JsonSerializer.Serialize(result.Stages?.Bottleneck ?? ""))
        .With("stages", JsonOf(result.Stages))
        .With("zero_bytes", $"{result.ZeroBytes}")
        .With("seconds", $"{result.Seconds}")
        .With("cpu_seconds", $"{result.CpuSeconds}")
        .With("direct_io", result.DirectIo ? "true" : "false")
        .With(Warnings, JsonSerializer.Serialize(result.Warnings.ToArray()));

    /// <summary>The warnings among the facts.</summary>
    public static IReadOnlyList<string> WarningsOf(StepFacts facts) =>
        JsonSerializer.Deserialize<string[]>(facts.GetValueOrDefault(Warnings, "[]")) ?? [];

    /// <summary>As the record keeps them: numbers as numbers. Facts that are no statistics are left out.</summary>
    public static string JsonOf(StepFacts facts)
    {
        var json = new JsonObject();
        foreach (var name in FactsOf(new BackupResult()).Keys.Where(facts.ContainsKey))
            json[name] = JsonNode.Parse(facts[name]);
        return json.ToJsonString();
    }

    /// <summary>What each stage took, under the names of the data plane's own JSON.</summary>
    private static string JsonOf(StageReport? report)
    {
        var stages = new JsonObject();
        foreach (var row in report?.Table ?? [])
            stages[row.Stage] = new JsonObject
            {
                ["wall_seconds"] = row.WallSeconds,
                ["cpu_seconds"] = row.CpuSeconds,
                ["bytes"] = row.Bytes,
            };
        return stages.ToJsonString();
    }
}
