using System.Text.Json.Serialization;

namespace BackupEngine.ControlPlane.Api.Stock;

/// <summary>An availability zone as it is listed.</summary>
internal sealed class AvailabilityZoneView(string name, bool isAvailable)
{
    public const string DefaultName = "nova";

    [JsonPropertyName("zoneName")]
    public string Name { get; } = name;

    [JsonPropertyName("zoneState")]
    public IReadOnlyDictionary<string, bool> State { get; } =
        new Dictionary<string, bool> { ["available"] = isAvailable };
}
