namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>One role of one host: that it lives, where it is, and how much it may do.</summary>
public sealed class HostEntity
{
    /// <summary>Name of the host, as its services are registered.</summary>
    public string Host { get; set; } = "";

    /// <summary><c>api</c>, <c>volume</c> or <c>backup</c>.</summary>
    public string Role { get; set; } = "";

    /// <summary>Availability zone.</summary>
    public string Zone { get; set; } = "";

    /// <summary>Backups and restores that the host runs at once; of a volume host, that may read or write it.</summary>
    public int MaxConcurrent { get; set; }

    /// <summary>When it last said that it lives, UTC, database time.</summary>
    public DateTime SeenAt { get; set; }

    /// <summary>Since when an operator lets it take nothing new, UTC; null: it takes.</summary>
    public DateTime? DisabledAt { get; set; }

    /// <summary>Why; null when it is not disabled or no reason was given.</summary>
    public string? DisabledReason { get; set; }
}
