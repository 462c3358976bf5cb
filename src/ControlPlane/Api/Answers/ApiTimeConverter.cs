using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BackupEngine.ControlPlane.Api.Answers;

/// <summary>Times as clients expect them: UTC, microseconds, no zone.</summary>
internal sealed class ApiTimeConverter : JsonConverter<DateTime>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.ffffff";

    /// <inheritdoc/>
    public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        DateTime.ParseExact(
            reader.GetString()!, Format, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) =>
        writer.WriteStringValue(TextOf(value));

    /// <summary>A time as such a text.</summary>
    public static string TextOf(DateTime value) => value.ToString(Format, CultureInfo.InvariantCulture);
}
