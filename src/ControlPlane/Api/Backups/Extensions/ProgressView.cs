namespace BackupEngine.ControlPlane.Api.Backups.Extensions;

/// <summary>How far the work on a backup has come.</summary>
internal sealed record ProgressView
{
    /// <summary><c>create</c>, <c>restore</c>, <c>delete</c>, <c>verify</c>; null: nothing is under way.</summary>
    public required string? Action { get; init; }

    /// <summary>
    /// <c>queued</c>, <c>running</c> or <c>cancelling</c>; <c>idle</c> where nothing is under way.
    /// </summary>
    public required string State { get; init; }

    /// <summary>Share of the bytes that are dealt with, to a tenth; null until the transfer has begun.</summary>
    public required double? Percent { get; init; }

    /// <summary>Bytes that are dealt with: read, or taken over from the parent; of a restore: written.</summary>
    public required long? BytesDone { get; init; }

    /// <summary>Bytes in all.</summary>
    public required long? BytesTotal { get; init; }

    /// <summary>What was dealt with in a second lately; null until it is known.</summary>
    public required double? MibPerSecond { get; init; }

    /// <summary>How long the rest takes at that speed, in seconds; null where nobody can tell.</summary>
    public required long? EtaSeconds { get; init; }

    /// <summary>When the numbers were written, UTC.</summary>
    public required DateTime? UpdatedAt { get; init; }

    /// <summary>The newest line of the step log of this action; null where there is none.</summary>
    public required ProgressStepView? Step { get; init; }

    /// <summary>Its place among all that wait, of every project, from 1; null unless it is queued.</summary>
    public required int? QueuePosition { get; init; }

    /// <summary>What it waits for, in words; empty where it waits for nothing.</summary>
    public required string WaitsFor { get; init; }
}
