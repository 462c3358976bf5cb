using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace BackupEngine.ControlPlane.Api.Faults;

/// <summary>Writes a refusal: an object under the name of its status, with code and message.</summary>
internal static class FaultWriter
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a refusal as the whole answer.</summary>
    public static Task WriteAsync(HttpResponse response, ApiFaultException fault)
    {
        response.StatusCode = fault.Code;
        response.ContentType = "application/json";
        if (fault.RetryAfterSeconds is { } seconds)
            response.Headers.RetryAfter = $"{seconds}";
        var body = Serialize(fault);
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body).AsTask();
    }

    /// <summary>Writes the answer to an address that no route has: plain text, as the clients know it.</summary>
    public static Task WriteUnroutedAsync(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status404NotFound;
        response.ContentType = "text/plain; charset=UTF-8";
        response.Headers.Allow = default;
        return response.WriteAsync($"404 Not Found\n\n{Fault.GenericNotFound}\n\n   ");
    }

    private static ReadOnlyMemory<byte> Serialize(ApiFaultException fault)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Relaxed))
        {
            writer.WriteStartObject();
            writer.WriteStartObject(NameOf(fault.Code));
            writer.WriteNumber("code", fault.Code);
            writer.WriteString("message", fault.Message);
            if (fault.RetryAfterSeconds is { } seconds)
                writer.WriteString("retryAfter", $"{seconds}");
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static string NameOf(int code) => code switch
    {
        400 => "badRequest",
        401 => "unauthorized",
        403 => "forbidden",
        404 => "itemNotFound",
        405 => "badMethod",
        409 => "conflictingRequest",
        413 => "overLimit",
        415 => "badMediaType",
        501 => "notImplemented",
        503 => "serviceUnavailable",
        _ => "computeFault",
    };
}
