using System.Text.Json;

namespace BackupEngine.ControlPlane.Api.Answers;

/// <summary>User metadata as records keep it: one JSON object of strings.</summary>
internal static class MetadataText
{
    /// <summary>Reads it.</summary>
    public static Dictionary<string, string> Read(string json) =>
        JsonSerializer.Deserialize(json, ApiJson.Default.DictionaryStringString) ?? [];

    /// <summary>Writes it; nothing is an empty object.</summary>
    public static string Write(Dictionary<string, string>? metadata) =>
        metadata is null ? "{}" : JsonSerializer.Serialize(metadata, ApiJson.Default.DictionaryStringString);
}
