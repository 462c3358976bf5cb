namespace BackupEngine.ControlPlane.Authentication;

/// <summary>One user of the token file.</summary>
public sealed record TokenUser
{
    /// <summary>Name, for people.</summary>
    public required string Name { get; init; }

    /// <summary>Identity: 32 hexadecimal digits.</summary>
    public required string UserId { get; init; }

    /// <summary>The project that the token is for: 32 hexadecimal digits.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Roles in the project.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>The secret that the user sends: 256 random bits.</summary>
    public required string Token { get; init; }
}
