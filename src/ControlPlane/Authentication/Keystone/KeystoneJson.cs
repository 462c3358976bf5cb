using System.Text.Json.Serialization;

namespace BackupEngine.ControlPlane.Authentication.Keystone;

/// <summary>Generated reader and writer of Keystone's messages.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(KeystoneMessages.Request))]
[JsonSerializable(typeof(KeystoneMessages.Answer))]
internal sealed partial class KeystoneJson : JsonSerializerContext;
