using System.Text.Json;
using BackupEngine.ControlPlane.Api.Answers;

namespace BackupEngine.ControlPlane.Api.Quotas;

/// <summary>Limits, with what is used where that was asked for.</summary>
internal sealed class QuotaAnswer(string field, string? id, IReadOnlyDictionary<string, int> limits) : IResult
{
    /// <summary>What the project has; null: only the limits are shown.</summary>
    public QuotaUse? Use { get; init; }

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext) =>
        AnswerWriter.WriteAsync(httpContext, StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject(field);
            if (id is not null)
                writer.WriteString("id", id);
            foreach (var resource in QuotaResource.All)
                Write(writer, resource);
            writer.WriteEndObject();
        });

    private void Write(Utf8JsonWriter writer, string resource)
    {
        if (Use is null)
        {
            writer.WriteNumber(resource, limits[resource]);
            return;
        }

        writer.WriteStartObject(resource);
        writer.WriteNumber("limit", limits[resource]);
        writer.WriteNumber("in_use", Use.Of(resource));
        writer.WriteNumber("reserved", 0);
        writer.WriteEndObject();
    }
}
