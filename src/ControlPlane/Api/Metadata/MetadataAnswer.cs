using BackupEngine.ControlPlane.Api.Answers;

namespace BackupEngine.ControlPlane.Api.Metadata;

/// <summary>Metadata under a field.</summary>
internal sealed class MetadataAnswer(string field, IReadOnlyDictionary<string, string> metadata) : IResult
{
    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext) =>
        AnswerWriter.WriteAsync(httpContext, StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject(field);
            foreach (var (key, value) in metadata)
                writer.WriteString(key, value);
            writer.WriteEndObject();
        });
}
