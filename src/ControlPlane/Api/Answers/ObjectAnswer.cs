using System.Text.Json.Serialization.Metadata;

namespace BackupEngine.ControlPlane.Api.Answers;

/// <summary>One object under its name: <c>{"backup": {...}}</c>.</summary>
internal sealed class ObjectAnswer<T>(
    string name, T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK) : IResult
{
    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext) => AnswerWriter.WriteAsync(httpContext, status, writer =>
    {
        writer.WritePropertyName(name);
        AnswerWriter.WriteValue(writer, value, type);
    });
}
