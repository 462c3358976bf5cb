using System.Text.Json.Serialization;

namespace BackupEngine.ControlPlane.Authentication;

/// <summary>Generated reader and writer of the token file.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(TokenDocument))]
internal sealed partial class TokenDocumentJson : JsonSerializerContext;
