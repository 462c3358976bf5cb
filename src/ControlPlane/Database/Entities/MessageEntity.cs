namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>What a user is told about work that failed after its request had been taken on.</summary>
public sealed class MessageEntity : IProjectRecord
{
    /// <summary>Its id.</summary>
    public Guid Id { get; set; }

    /// <summary>The project that may read it.</summary>
    public string ProjectId { get; set; } = "";

    /// <summary>The request that asked for the work; empty where it is not known.</summary>
    public string RequestId { get; set; } = "";

    /// <summary>What it is about: <c>VOLUME_BACKUP</c> or <c>VOLUME</c>.</summary>
    public string ResourceType { get; set; } = "";

    /// <summary>The id of that resource.</summary>
    public Guid? ResourceId { get; set; }

    /// <summary>Number of the action, three digits, as Cinder counts them.</summary>
    public string ActionId { get; set; } = "";

    /// <summary>Number of the detail, three digits, as Cinder counts them.</summary>
    public string DetailId { get; set; } = "";

    /// <summary>Always <c>ERROR</c>.</summary>
    public string Level { get; set; } = "ERROR";

    /// <summary>UTC.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>UTC; from then on it may be removed.</summary>
    public DateTime ExpiresAt { get; set; }

    /// <summary>UTC; null while it exists.</summary>
    public DateTime? DeletedAt { get; set; }
}
