using System.Text.Json;
using BackupEngine.ControlPlane.Api.Answers;

namespace BackupEngine.ControlPlane.Api.Services;

/// <summary>A service after a change: this answer has no field around it.</summary>
internal sealed class ServiceAnswer(ServiceChangeView change) : IResult
{
    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext) => AnswerWriter.WriteAsync(
        httpContext, StatusCodes.Status200OK, writer =>
        {
            foreach (var field in JsonSerializer
                .SerializeToElement(change, ApiJson.Relaxed.ServiceChangeView).EnumerateObject())
                field.WriteTo(writer);
        });
}
