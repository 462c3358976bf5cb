using System.Text.Json.Serialization;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>How <see cref="VerificationResult"/> is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(VerificationResult))]
internal sealed partial class VerificationJson : JsonSerializerContext;
