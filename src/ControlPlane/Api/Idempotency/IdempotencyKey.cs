using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Faults;

namespace BackupEngine.ControlPlane.Api.Idempotency;

/// <summary>
/// What a client calls a request by, so that it may ask again when it got no answer
/// (draft-ietf-httpapi-idempotency-key-header).
/// </summary>
/// <param name="Key">The key.</param>
/// <param name="Fingerprint">SHA-256 of the body, whatever the order of its fields, in hexadecimal digits.</param>
internal sealed record IdempotencyKey(string Key, string Fingerprint)
{
    /// <summary>The header.</summary>
    public const string Header = "Idempotency-Key";

    private const int MaxLength = 255;

    /// <summary>The key of a request; null where it has none.</summary>
    /// <exception cref="ApiFaultException">400: it is none.</exception>
    public static IdempotencyKey? Read(HttpContext http, BodyValue body)
    {
        if (!http.Request.Headers.TryGetValue(Header, out var values))
            return null;
        return new IdempotencyKey(
            values.Count == 1 && Unquote(values[0] ?? "") is { } key ? key : throw Malformed(), FingerprintOf(body));
    }

    /// <summary>A string of structured fields (RFC 8941, 3.3.3), or the same without its quotes.</summary>
    private static string? Unquote(string text)
    {
        var isQuoted = text.Length >= 2 && text[0] == '"' && text[^1] == '"';
        var key = new StringBuilder();
        var inner = isQuoted ? text[1..^1] : text;
        for (var i = 0; i < inner.Length; i++)
        {
            var isEscaped = isQuoted && inner[i] == '\\';
            if (isEscaped && ++i == inner.Length)
                return null;
            var isAllowed = isEscaped ? inner[i] is '"' or '\\'
                : inner[i] is >= ' ' and <= '~' and not '"' && (isQuoted || inner[i] is not (' ' or ',' or ';'));
            if (!isAllowed)
                return null;
            key.Append(inner[i]);
        }

        return key.Length is > 0 and <= MaxLength ? key.ToString() : null;
    }

    private static ApiFaultException Malformed() => Fault.InvalidInput(
        $"{Header} must be one string of 1 to {MaxLength} printable characters in quotes, such as "
        + "\"8e03978e-40d5-43e8-bc93-6894a57f9324\"; the quotes may be left away where it has no blank, comma or "
        + "semicolon.");

    private static string FingerprintOf(BodyValue body)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            Write(json, body);
        return Convert.ToHexString(SHA256.HashData(buffer.WrittenSpan));
    }

    private static void Write(Utf8JsonWriter json, BodyValue value)
    {
        switch (value.Kind)
        {
            case BodyKind.Object:
                json.WriteStartObject();
                foreach (var (name, field) in value.Fields.OrderBy(field => field.Key, StringComparer.Ordinal))
                {
                    json.WritePropertyName(name);
                    Write(json, field);
                }

                json.WriteEndObject();
                break;
            case BodyKind.List:
                json.WriteStartArray();
                foreach (var item in value.Items)
                    Write(json, item);
                json.WriteEndArray();
                break;
            case BodyKind.Text:
                json.WriteStringValue(value.Text);
                break;
            case BodyKind.Truth:
                json.WriteBooleanValue(value.Truth);
                break;
            case BodyKind.Null:
                json.WriteNullValue();
                break;
            default:
                json.WriteRawValue(value.Text);
                break;
        }
    }
}
