using System.Buffers;
using System.Text.Json;
using BackupEngine.ControlPlane.Api.Faults;
using Microsoft.Net.Http.Headers;

namespace BackupEngine.ControlPlane.Api.Bodies;

/// <summary>Reads the body of a request: bounded in size and in depth, of a type that the API knows.</summary>
internal static class BodyReader
{
    /// <summary>The largest body that is taken, in bytes; what Block Storage takes by default.</summary>
    public const int MaxBytes = 114688;

    /// <summary>The deepest nesting that is taken.</summary>
    public const int MaxDepth = 32;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth };

    /// <summary>Reads the body.</summary>
    /// <exception cref="ApiFaultException">400 malformed or missing, 413 too large, 415 of another type.</exception>
    public static async Task<BodyValue> ReadAsync(HttpContext http, CancellationToken cancellationToken)
    {
        RequireJson(http.Request.ContentType);
        return Parse(await ReadBytesAsync(http, cancellationToken));
    }

    /// <summary>Reads JSON of any origin within the same bounds; <c>Malformed request body</c> if it is none.</summary>
    public static BodyValue Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, Strict);
            return Convert(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Text with half of a surrogate pair is found only when it is asked for: an InvalidOperationException.
            throw Fault.MalformedBody();
        }
    }

    private static void RequireJson(string? contentType)
    {
        if (string.IsNullOrEmpty(contentType))
            throw Fault.MalformedBody();
        var known = MediaTypeHeaderValue.TryParse(contentType, out var media) && media.MediaType.Value is { } type
            && (type.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                || type.Equals("application/vnd.openstack.volume+json", StringComparison.OrdinalIgnoreCase));
        if (!known)
            throw new ApiFaultException(StatusCodes.Status415UnsupportedMediaType, "Unsupported Content-Type");
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(
        HttpContext http, CancellationToken cancellationToken)
    {
        if (http.Request.ContentLength > MaxBytes)
            throw TooLarge();
        var buffer = new ArrayBufferWriter<byte>();
        while (true)
        {
            var read = await http.Request.Body.ReadAsync(buffer.GetMemory(4096), cancellationToken);
            if (read == 0)
                return buffer.WrittenMemory;
            buffer.Advance(read);
            if (buffer.WrittenCount > MaxBytes)
                throw TooLarge();
        }
    }

    private static ApiFaultException TooLarge() =>
        new(StatusCodes.Status413PayloadTooLarge, "Request is too large.");

    private static BodyValue Convert(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => BodyValue.OfText(element.GetString()!),
        JsonValueKind.Number => BodyValue.OfNumber(element.GetRawText()),
        JsonValueKind.True => BodyValue.OfTruth(true),
        JsonValueKind.False => BodyValue.OfTruth(false),
        JsonValueKind.Array => BodyValue.OfItems([.. element.EnumerateArray().Select(Convert)]),
        JsonValueKind.Object => BodyValue.OfFields(ConvertFields(element)),
        _ => BodyValue.Null,
    };

    private static OrderedDictionary<string, BodyValue> ConvertFields(JsonElement element)
    {
        var fields = new OrderedDictionary<string, BodyValue>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
            fields[property.Name] = Convert(property.Value);
        return fields;
    }
}
