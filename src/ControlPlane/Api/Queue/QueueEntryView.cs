namespace BackupEngine.ControlPlane.Api.Queue;

/// <summary>One backup, restore or verification that waits or runs.</summary>
internal sealed record QueueEntryView
{
    /// <summary>The backup.</summary>
    public required Guid BackupId { get; init; }

    /// <summary><c>create</c>, <c>restore</c> or <c>verify</c>.</summary>
    public required string Action { get; init; }

    /// <summary>Its project.</summary>
    public required string ProjectId { get; init; }

    /// <summary>The volume that is read or written.</summary>
    public required Guid VolumeId { get; init; }

    /// <summary>Size of the volume in GiB.</summary>
    public required int Size { get; init; }

    /// <summary><c>running</c>, <c>queued</c> or <c>cancelling</c>.</summary>
    public required string State { get; init; }

    /// <summary>Its place among all that wait, of every project, from 1; null while it runs.</summary>
    public required int? Position { get; init; }

    /// <summary><c>low</c>, <c>normal</c> or <c>urgent</c>: its place among those of its project.</summary>
    public required string Priority { get; init; }

    /// <summary>The backup service that runs it; null while it waits.</summary>
    public required string? Host { get; init; }

    /// <summary>What it waits for, in words; empty while it runs.</summary>
    public required string WaitsFor { get; init; }

    /// <summary>When it was asked for, UTC.</summary>
    public required DateTime AskedAt { get; init; }
}
