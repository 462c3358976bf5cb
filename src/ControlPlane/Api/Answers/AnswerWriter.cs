using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace BackupEngine.ControlPlane.Api.Answers;

/// <summary>
/// Writes answers: one JSON object, whole before its first byte goes out, so that a defect is still a 500.
/// </summary>
internal static class AnswerWriter
{
    /// <summary>Writes the fields of the outermost object.</summary>
    public static async Task WriteAsync(HttpContext http, int status, Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>();
        await using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = ApiJson.Encoder }))
        {
            writer.WriteStartObject();
            fields(writer);
            writer.WriteEndObject();
        }

        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = buffer.WrittenCount;
        await http.Response.Body.WriteAsync(buffer.WrittenMemory, http.RequestAborted);
    }

    /// <summary>Writes a value with its generated writer.</summary>
    public static void WriteValue<T>(Utf8JsonWriter writer, T value, JsonTypeInfo<T> type) =>
        JsonSerializer.Serialize(writer, value, type);
}
