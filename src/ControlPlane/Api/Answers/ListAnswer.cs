using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using BackupEngine.ControlPlane.Api.Pipeline;

namespace BackupEngine.ControlPlane.Api.Answers;

/// <summary>
/// A page of a list: the objects under the collection's name, the link to the next page, the number of all.
/// </summary>
internal sealed class ListAnswer<T>(string collection, IReadOnlyList<T> items, JsonTypeInfo<T> type) : IResult
{
    /// <summary>The link to the next page; empty where there is none.</summary>
    public IReadOnlyList<Link> Next { get; init; } = [];

    /// <summary>The number of all objects that match; null where it was not asked for.</summary>
    public int? Count { get; init; }

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext) =>
        AnswerWriter.WriteAsync(httpContext, StatusCodes.Status200OK, Write);

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartArray(collection);
        foreach (var item in items)
            AnswerWriter.WriteValue(writer, item, type);
        writer.WriteEndArray();
        if (Next.Count > 0)
        {
            writer.WritePropertyName(collection + "_links");
            AnswerWriter.WriteValue(writer, Next, ApiJson.Relaxed.IReadOnlyListLink);
        }

        if (Count is { } count)
            writer.WriteNumber("count", count);
    }
}
