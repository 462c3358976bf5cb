namespace BackupEngine.ControlPlane.Api.Stock;

/// <summary>What a project may use, and uses. -1: without limit.</summary>
internal sealed record LimitsView
{
    /// <summary>No limits of rate.</summary>
    public IReadOnlyList<string> Rate { get; init; } = [];

    /// <summary>Limits and use.</summary>
    public required AbsoluteLimitsView Absolute { get; init; }
}

