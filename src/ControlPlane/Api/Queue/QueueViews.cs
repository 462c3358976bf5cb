using BackupEngine.ControlPlane.Api.Backups.Extensions;
using BackupEngine.ControlPlane.Scheduling;

namespace BackupEngine.ControlPlane.Api.Queue;

/// <summary>The queue as it is shown.</summary>
internal static class QueueViews
{
    /// <summary>What runs, then what waits, in the order of its turns.</summary>
    public static IEnumerable<QueueEntryView> Of(Schedule schedule) =>
    [
        .. schedule.Running.Select(entry => Of(entry, position: null, waitsFor: "")),
        .. schedule.Waiting.Select((entry, before) => Of(entry, before + 1, WaitsFor(schedule, entry, before))),
    ];

    private static string WaitsFor(Schedule schedule, QueueEntry entry, int before) =>
        schedule.WaitsFor(entry) is { Length: > 0 } reason ? reason
        : before > 0 ? $"its turn: {before} before it"
        : "the next look of a backup service";

    private static QueueEntryView Of(QueueEntry entry, int? position, string waitsFor) => new()
    {
        BackupId = entry.BackupId,
        Action = entry.Kind.Name,
        ProjectId = entry.ProjectId,
        VolumeId = entry.VolumeId,
        Size = entry.SizeGiB,
        State = entry.Cancelled ? "cancelling" : position is null ? "running" : "queued",
        Position = position,
        Priority = ActionOptions.NameOf(entry.Priority),
        Host = entry.Host,
        WaitsFor = waitsFor,
        AskedAt = entry.AskedAt,
    };
}
