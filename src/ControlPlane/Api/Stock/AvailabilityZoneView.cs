using System.Text.Json.Serialization;

namespace BackupEngine.ControlPlane.Api.Stock;

/// <summary>An availability zone.</summary>
internal sealed record AvailabilityZoneView
{
    /// <summary>The one zone.</summary>
    public const string DefaultName = "nova";

    /// <summary>Name.</summary>
    [JsonPropertyName("zoneName")]
    public string Name { get; init; } = DefaultName;

    /// <summary>State.</summary>
    [JsonPropertyName("zoneState")]
    public IReadOnlyDictionary<string, bool> State { get; init; } =
        new Dictionary<string, bool> { ["available"] = true };
}
