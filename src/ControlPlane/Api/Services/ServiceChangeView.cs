using System.Text.Json.Serialization;

namespace BackupEngine.ControlPlane.Api.Services;

/// <summary>A service after a change.</summary>
internal sealed record ServiceChangeView
{
    public required string Host { get; init; }

    public required string Service { get; init; }

    public required string Binary { get; init; }

    public required bool Disabled { get; init; }

    public required string Status { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DisabledReason { get; init; }
}
