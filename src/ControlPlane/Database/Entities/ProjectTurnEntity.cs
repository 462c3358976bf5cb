namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>
/// Whoever is to count what a project has, and add to it, changes this row first: the others wait until that is
/// committed, and count it too.
/// </summary>
public sealed class ProjectTurnEntity
{
    /// <summary>The project.</summary>
    public string ProjectId { get; set; } = "";

    /// <summary>Grows with every turn.</summary>
    public long Number { get; set; }
}
