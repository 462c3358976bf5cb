using System.Text.Json;
using System.Text.Json.Serialization;

namespace BackupEngine.ControlPlane.Api.Answers;

/// <summary>Writes <c>null</c>.</summary>
internal sealed class ShownNullConverter : JsonConverter<ShownNull>
{
    /// <inheritdoc/>
    public override ShownNull Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        reader.Skip();
        return new ShownNull(IsShown: true);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ShownNull value, JsonSerializerOptions options) =>
        writer.WriteNullValue();
}
