using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using BackupEngine.ControlPlane.Api.Versions;

namespace BackupEngine.ControlPlane.Api.OpenApi;

/// <summary>The OpenAPI 3.1 document of the API, made from what the routes themselves use.</summary>
internal static class OpenApiDocument
{
    private const string Components =
        """
        {
          "parameters": {
            "Version": {
              "name": "OpenStack-API-Version", "in": "header", "schema": { "type": "string" },
              "description": "volume 3.N, or volume latest; 3.0 where it is missing."
            }
          },
          "responses": {
            "Fault": {
              "description": "A refusal: one field, named after the status.",
              "content": {
                "application/json": {
                  "schema": {
                    "type": "object",
                    "additionalProperties": {
                      "type": "object",
                      "properties": { "code": { "type": "integer" }, "message": { "type": "string" } },
                      "required": ["code", "message"]
                    }
                  }
                }
              }
            }
          },
          "securitySchemes": { "Token": { "type": "apiKey", "in": "header", "name": "X-Auth-Token" } }
        }
        """;

    private static readonly JsonWriterOptions Layout = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSchemaExporterOptions Exporter = new()
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = (context, node) => context.TypeInfo.Type == typeof(DateTime)
            || context.TypeInfo.Type == typeof(DateTime?)
            ? new JsonObject { ["type"] = new JsonArray("string", "null") }
            : node,
    };

    private static readonly Lazy<byte[]> Written = new(Write);

    /// <summary>Every route that it describes.</summary>
    public static IReadOnlyList<ApiOperation> Operations { get; } =
    [
        .. BackupOperations.All, .. PolicyOperations.All, .. VolumeOperations.All, .. AttachmentOperations.All,
        .. OtherOperations.All,
    ];

    /// <summary>The document, as UTF-8.</summary>
    public static ReadOnlyMemory<byte> Utf8 => Written.Value;

    private static byte[] Write()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Layout))
        {
            json.WriteStartObject();
            json.WriteString("openapi", "3.1.0");
            WriteHead(json);
            json.WriteStartObject("paths");
            foreach (var path in Operations.GroupBy(operation => operation.Path))
            {
                json.WriteStartObject(path.Key);
                foreach (var operation in path)
                    WriteOperation(json, operation);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            WriteComponents(json);
            json.WriteEndObject();
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    private static void WriteHead(Utf8JsonWriter json)
    {
        json.WriteStartObject("info");
        json.WriteString("title", "BackupEngine: Block Storage API v3");
        json.WriteString("version", Microversion.Maximum.ToString());
        json.WriteString("description",
            "Bodies are those of the newest version; docs/cinder-compatibility.md says what differs from Cinder.");
        json.WriteEndObject();
        json.WriteStartArray("servers");
        foreach (var url in new[] { "/v3/{project_id}", "/v3" })
        {
            json.WriteStartObject();
            json.WriteString("url", url);
            if (url.Contains('{'))
                WriteProject(json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteProject(Utf8JsonWriter json)
    {
        json.WriteStartObject("variables");
        json.WriteStartObject("project_id");
        json.WriteString("default", "00000000000000000000000000000000");
        json.WriteString("description", "The project of the token; any other is refused.");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteOperation(Utf8JsonWriter json, ApiOperation operation)
    {
        json.WriteStartObject(operation.Method.ToLowerInvariant());
        json.WriteString("summary", operation.Summary);
        if (operation.ForAdministrators)
            json.WriteString("description", "For administrators.");
        if (operation.Since > 0)
            json.WriteString("x-openstack-min-version", $"3.{operation.Since}");
        WriteParameters(json, operation);
        WriteBody(json, operation);
        json.WriteStartObject("responses");
        json.WriteStartObject(operation.Status.ToString(CultureInfo.InvariantCulture));
        json.WriteString(
            "description", operation.Field is null ? "Done, or taken on." : $"The field {operation.Field}.");
        if (operation is { Field: { } field, Type: { } type })
            WriteContent(json, () => WriteAnswer(json, field, type.GetJsonSchemaAsNode(Exporter), operation.IsList));
        json.WriteEndObject();
        json.WriteStartObject("default");
        json.WriteString("$ref", "#/components/responses/Fault");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteParameters(Utf8JsonWriter json, ApiOperation operation)
    {
        json.WriteStartArray("parameters");
        foreach (var name in operation.Path.Split('/').Where(part => part.StartsWith('{')))
            WriteParameter(json, name.Trim('{', '}'), "path");
        if (operation.IsList)
        {
            foreach (var name in new[] { "limit", "marker", "offset", "sort", "with_count", "all_tenants" })
                WriteParameter(json, name, "query");
        }

        foreach (var (name, description) in operation.Headers)
            WriteParameter(json, name, "header", description);
        json.WriteStartObject();
        json.WriteString("$ref", "#/components/parameters/Version");
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteParameter(Utf8JsonWriter json, string name, string place, string? description = null)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("in", place);
        if (description is not null)
            json.WriteString("description", description);
        if (place == "path")
            json.WriteBoolean("required", true);
        json.WriteStartObject("schema");
        json.WriteString("type", "string");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteBody(Utf8JsonWriter json, ApiOperation operation)
    {
        if (operation.Body is null && operation.Actions.Count == 0)
            return;
        json.WriteStartObject("requestBody");
        json.WriteBoolean("required", true);
        WriteContent(json, () =>
        {
            if (operation.Body is { } body)
            {
                body.Write(json);
                return;
            }

            json.WriteStartObject();
            json.WriteStartArray("oneOf");
            foreach (var action in operation.Actions)
                action.Write(json);
            json.WriteEndArray();
            json.WriteEndObject();
        });
        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, Action schema)
    {
        json.WriteStartObject("content");
        json.WriteStartObject("application/json");
        json.WritePropertyName("schema");
        schema();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteAnswer(Utf8JsonWriter json, string field, JsonNode type, bool isList)
    {
        var value = isList ? new JsonObject { ["type"] = "array", ["items"] = type } : type;
        new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { [field] = value },
            ["required"] = new JsonArray(field),
        }.WriteTo(json);
    }

    private static void WriteComponents(Utf8JsonWriter json)
    {
        json.WritePropertyName("components");
        JsonNode.Parse(Components)!.WriteTo(json);
        json.WriteStartArray("security");
        json.WriteStartObject();
        json.WriteStartArray("Token");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
