namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>Which process sends the notifications: one at a time, so that those of a backup keep their order.</summary>
public sealed class NotificationTurnEntity
{
    /// <summary>The id of the only row.</summary>
    public const int Only = 1;

    /// <summary>Always <see cref="Only"/>.</summary>
    public int Id { get; set; } = Only;

    /// <summary>The process; empty before the first one.</summary>
    public string Holder { get; set; } = "";

    /// <summary>UTC, database time; from then on another process may take the turn.</summary>
    public DateTime ExpiresAt { get; set; }
}
