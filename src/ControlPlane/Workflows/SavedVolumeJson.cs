using System.Text.Json.Serialization;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>How <see cref="SavedVolume"/> is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SavedVolume))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class SavedVolumeJson : JsonSerializerContext;
