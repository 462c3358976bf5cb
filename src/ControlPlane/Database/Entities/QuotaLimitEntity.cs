namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>One limit that an administrator has set for a project, or for a class of projects.</summary>
public sealed class QuotaLimitEntity
{
    /// <summary><see cref="OfProject"/> or <see cref="OfClass"/>.</summary>
    public string Scope { get; set; } = "";

    /// <summary>The project's id, or the name of the class.</summary>
    public string Name { get; set; } = "";

    /// <summary>What is limited: <c>backups</c>, <c>backup_gigabytes</c> and so on.</summary>
    public string Resource { get; set; } = "";

    /// <summary>The most that there may be; -1 is no limit.</summary>
    public int HardLimit { get; set; }

    /// <summary>The scope of a limit of one project.</summary>
    public const string OfProject = "project";

    /// <summary>The scope of a limit of all projects of a class; the one in effect is <c>default</c>.</summary>
    public const string OfClass = "class";
}
