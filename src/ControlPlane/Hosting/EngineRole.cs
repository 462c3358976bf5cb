namespace BackupEngine.ControlPlane.Hosting;

/// <summary>The roles that one process can have, any of them together.</summary>
public static class EngineRole
{
    /// <summary>The REST API.</summary>
    public const string Api = "api";

    /// <summary>The volume service of this host.</summary>
    public const string Volume = "volume";

    /// <summary>A backup service, with its data plane.</summary>
    public const string Backup = "backup";

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> All = [Api, Volume, Backup];
}
