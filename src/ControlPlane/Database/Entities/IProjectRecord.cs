namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>What the records have in common that belong to a project.</summary>
public interface IProjectRecord
{
    /// <summary>Identity.</summary>
    Guid Id { get; }

    /// <summary>Owner.</summary>
    string ProjectId { get; }

    /// <summary>Who made it; null where that is not kept.</summary>
    string? UserId => null;

    /// <summary>UTC.</summary>
    DateTime CreatedAt { get; }

    /// <summary>UTC; null while it exists.</summary>
    DateTime? DeletedAt { get; }
}
