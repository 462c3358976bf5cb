using System.Text.Json;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Api.Backups.Extensions;

/// <summary>What a backup took and cost. Numbers that nobody counted, as of an imported record, are null.</summary>
internal sealed record StatisticsView
{
    private const double MiB = 1 << 20;

    /// <summary>The backup.</summary>
    public required Guid BackupId { get; init; }

    /// <summary>The backup that it was made on the base of, which may be gone; null: it is a full one.</summary>
    public required Guid? ParentId { get; init; }

    /// <summary>Always true: it can be restored whatever becomes of any other backup.</summary>
    public bool CompleteInItself { get; init; } = true;

    /// <summary>Bytes of the volume.</summary>
    public required long? LogicalBytes { get; init; }

    /// <summary>Bytes that were read from it.</summary>
    public required long? ReadBytes { get; init; }

    /// <summary>Of the volume: zeros.</summary>
    public required long? ZeroBytes { get; init; }

    /// <summary>Bytes that the repository did not have before: unique to this backup when it was made.</summary>
    public required long? NewBytes { get; init; }

    /// <summary>What these take there, compressed.</summary>
    public required long? StoredBytes { get; init; }

    /// <summary>What the trees and the manifest take there.</summary>
    public required long? MetadataBytes { get; init; }

    /// <summary>How many times <c>new_bytes</c> is of <c>stored_bytes</c>; null where nothing was stored.</summary>
    public required double? CompressionRatio { get; init; }

    /// <summary>How long the data plane took.</summary>
    public required double? Seconds { get; init; }

    /// <summary>Bytes read in a second.</summary>
    public required double? MibPerSecond { get; init; }

    /// <summary>Whether everything was read although only what changed was to be; null of a full backup.</summary>
    public required bool? FullRead { get; init; }

    /// <summary>
    /// Always null: what deleting it would free depends on every other backup in the repository, and only a garbage
    /// collection, which walks them all, finds it out.
    /// </summary>
    public long? FreedByDelete { get; init; }

    /// <summary>Of a record.</summary>
    public static StatisticsView Of(BackupEntity backup)
    {
        using var counted = JsonDocument.Parse(backup.StatisticsJson ?? "{}");
        var (read, fresh, stored, seconds) = (
            Whole(counted, "bytes_read"), Whole(counted, "bytes_new"), Whole(counted, "bytes_stored"),
            Number(counted, "seconds"));
        return new StatisticsView
        {
            BackupId = backup.Id,
            ParentId = backup.ParentId,
            LogicalBytes = Whole(counted, "volume_bytes"),
            ReadBytes = read,
            ZeroBytes = Whole(counted, "zero_bytes"),
            NewBytes = fresh,
            StoredBytes = stored,
            MetadataBytes = Whole(counted, "metadata_bytes"),
            CompressionRatio = stored > 0 && fresh > 0 ? Math.Round((double)fresh / stored.Value, 3) : null,
            Seconds = seconds,
            MibPerSecond = seconds > 0 && read is not null ? Math.Round(read.Value / MiB / seconds.Value, 1) : null,
            FullRead = backup.ParentId is null ? null : Truth(counted, "full_read"),
        };
    }

    private static double? Number(JsonDocument counted, string name) =>
        counted.RootElement.TryGetProperty(name, out var value) && value.TryGetDouble(out var number) ? number : null;

    private static long? Whole(JsonDocument counted, string name) =>
        counted.RootElement.TryGetProperty(name, out var value) && value.TryGetInt64(out var number) ? number : null;

    private static bool? Truth(JsonDocument counted, string name) =>
        counted.RootElement.TryGetProperty(name, out var value) ? value.ValueKind == JsonValueKind.True : null;
}
