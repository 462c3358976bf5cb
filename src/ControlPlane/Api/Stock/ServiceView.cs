namespace BackupEngine.ControlPlane.Api.Stock;

/// <summary>A service of the engine.</summary>
internal sealed record ServiceView
{
    /// <summary>The program in Block Storage whose part it has.</summary>
    public required string Binary { get; init; }

    /// <summary>Its host.</summary>
    public required string Host { get; init; }

    /// <summary>Its availability zone.</summary>
    public required string Zone { get; init; }

    /// <summary><c>enabled</c>.</summary>
    public string Status { get; init; } = "enabled";

    /// <summary><c>up</c>.</summary>
    public string State { get; init; } = "up";

    /// <summary>When it was last heard of, UTC.</summary>
    public required DateTime UpdatedAt { get; init; }

    /// <summary>None.</summary>
    public string? DisabledReason { get; init; }
}
