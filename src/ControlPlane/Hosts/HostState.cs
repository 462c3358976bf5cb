using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Hosts;

/// <summary>One role of one host, and whether it lives.</summary>
/// <param name="Record">As the database has it.</param>
/// <param name="Lives">Whether it has said so lately.</param>
public sealed record HostState(HostEntity Record, bool Lives)
{
    /// <summary>Whether it may be given new work.</summary>
    public bool Takes => Lives && Record.DisabledAt is null;
}
