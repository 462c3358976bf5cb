namespace BackupEngine.ControlPlane.Hosting.Commands;

/// <summary>Something that the configuration names, and whether it can be used.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Fault">Why it cannot be used; null: it can.</param>
internal sealed record ConfiguredPart(string Name, string? Fault);
