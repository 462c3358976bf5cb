using System.Text.Json;
using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.OpenApi;

namespace BackupEngine.ControlPlane.Tests.Api.Hostile;

/// <summary>A place of a body, where a value may stand: what is before it, and what is after it.</summary>
/// <param name="Name">The fields that lead to it.</param>
/// <param name="Before">The body up to it.</param>
/// <param name="After">The body behind it.</param>
/// <param name="Schema">What the value must be.</param>
internal sealed record BodyPlace(string Name, string Before, string After, JsonNode Schema)
{
    /// <summary>Whether an id is asked for here.</summary>
    public bool IsId => (string?)Schema["format"] == "uuid";

    /// <summary>Every place of the bodies of a route; of a route without bodies: the whole of one.</summary>
    public static IReadOnlyList<BodyPlace> Of(ApiOperation operation)
    {
        var schemas = operation.Body is { } body ? [body] : operation.Actions;
        return schemas.Count > 0
            ? [.. schemas.SelectMany(schema => In(Describe(schema), ""))]
            : [new BodyPlace("", "", "", new JsonObject())];
    }

    /// <summary>The body with a value at this place.</summary>
    public string With(string value) => Before + value + After;

    /// <summary>The body with a value at this place that is in order.</summary>
    public string Sound() => With(Sound(Schema));

    private static IEnumerable<BodyPlace> In(JsonNode schema, string name)
    {
        yield return new BodyPlace(name, "", "", schema);
        foreach (var (field, inner) in schema["properties"] as JsonObject ?? [])
        {
            var others = string.Concat(Required(schema).Where(other => other != field)
                .Select(other => $"{Json(other)}:{Sound(schema["properties"]![other]!)},"));
            foreach (var place in In(inner!, $"{name}/{field}"))
                yield return place.Within($"{{{others}{Json(field)}:", "}");
        }

        if (schema["items"] is { } items)
        {
            foreach (var place in In(items, name + "/0"))
                yield return place.Within("[", "]");
        }

        if (schema["additionalProperties"] is JsonObject values)
        {
            foreach (var place in In(values, name + "/*"))
                yield return place.Within("{\"k\":", "}");
        }
    }

    private BodyPlace Within(string before, string after) =>
        this with { Before = before + Before, After = After + after };

    private static string Sound(JsonNode schema)
    {
        if (schema["enum"] is JsonArray { Count: > 0 } words)
            return words[0]!.ToJsonString();
        if ((string?)schema["format"] == "uuid")
            return "\"7e5ba7f1-1a3c-4a53-9d3c-0d8b7f6a0001\"";
        var type = schema["type"] is JsonArray types ? (string?)types[0] : (string?)schema["type"];
        return type switch
        {
            "object" => $"{{{string.Join(',', Required(schema).Select(
                name => $"{Json(name)}:{Sound(schema["properties"]![name]!)}"))}}}",
            "array" => $"[{Sound(schema["items"]!)}]",
            "integer" => $"{(int?)schema["minimum"] ?? 1}",
            "boolean" => "true",
            _ => "\"text\"",
        };
    }

    private static IEnumerable<string> Required(JsonNode schema) =>
        (schema["required"] as JsonArray ?? []).Select(name => (string)name!);

    private static string Json(string text) => JsonSerializer.Serialize(text);

    private static JsonNode Describe(Schema schema)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
            schema.Write(json);
        return JsonNode.Parse(buffer.ToArray())!;
    }
}
