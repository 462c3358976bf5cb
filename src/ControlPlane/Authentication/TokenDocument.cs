namespace BackupEngine.ControlPlane.Authentication;

/// <summary>What the token file contains.</summary>
public sealed record TokenDocument
{
    /// <summary>Format of the file.</summary>
    public required int Version { get; init; }

    /// <summary>The users.</summary>
    public required IReadOnlyList<TokenUser> Users { get; init; }
}
