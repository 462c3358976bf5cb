namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>
/// A notification that the broker has not confirmed yet. Written in the transaction that makes true what it tells, and
/// removed when it has been sent.
/// </summary>
public sealed class NotificationEntity
{
    /// <summary>Order of sending.</summary>
    public long Sequence { get; set; }

    /// <summary>The backup.</summary>
    public Guid BackupId { get; set; }

    /// <summary>For example <c>backup.create.start</c>.</summary>
    public string EventType { get; set; } = "";

    /// <summary><c>INFO</c> or <c>ERROR</c>.</summary>
    public string Priority { get; set; } = "";

    /// <summary>Its id; the same however often it is sent.</summary>
    public Guid MessageId { get; set; }

    /// <summary>The whole message as JSON, without its envelope.</summary>
    public string MessageJson { get; set; } = "";

    /// <summary>UTC.</summary>
    public DateTime CreatedAt { get; set; }
}
