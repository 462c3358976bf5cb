using System.Text.Json.Serialization;

namespace BackupEngine.DataPlane.Restore;

/// <summary>The JSON of resume files; generated at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ResumeState))]
internal sealed partial class ResumeJson : JsonSerializerContext;
