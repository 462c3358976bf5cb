using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using BackupEngine.Chunkstore.Tests;
using BackupEngine.ControlPlane.Api.OpenApi;
using BackupEngine.ControlPlane.Database.Entities;
using CsCheck;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>
/// Every route, with bodies that are nearly right: made from the schema that the document shows, and then spoilt in a
/// few places. No request ends in an error of the server, and none shows another project's records.
/// </summary>
public sealed class RouteFuzzTests(ApiHost host) : IClassFixture<ApiHost>
{
    /// <summary>On PostgreSQL fewer: it is the same code that is asked, and each answer takes longer.</summary>
    private static readonly int PerRoute =
        Environment.GetEnvironmentVariable("BACKUPENGINE_TEST_DATABASE") == "postgresql" ? 16 : 1000;

    private static readonly string[] Spoilt =
    [
        "null", "true", "0", "-1", "1.5", "1e999", "99999999999999999999", "[]", "{}", "\"\"", "\"\\u0000\"",
        "\"\\ud83d\"", "\"\\u202e\"", "[[[[[[[[[[]]]]]]]]]]", "\"available\"", "\"' or 1=1 --\"", "{\"a\":{\"a\":{}}}",
        "\"7e5ba7f1-1a3c-4a53-9d3c-0d8b7f6a0001\"", "\"\\r\\nSet-Cookie: x=y\"",
    ];

    private static readonly string[] Ids =
    [
        "foo", "..%2f..%2fetc%2fpasswd", "%0d%0aX-Evil:1", "7e5ba7f1-1a3c-4a53-9d3c-0d8b7f6a0001", "\u00fc",
        "%ff%fe", "'", "detail", "new", ".json", "0", "%2e%2e", "a%3bb", "+",
    ];

    private static readonly string[] Queries =
    [
        "", "?limit=1&marker=foo", "?sort=bootable:asc,size:desc", "?name~=%25", "?all_tenants=true", "?with_count=yes",
        "?limit=99999999999999999999", "?sort=created_at&sort_key=id", "?%00=1", "?usage=%ff", "?name=%00",
        "?marker=%00",
        "?skip_validation=maybe", "?created_at=0001-01-01", "?project_id=%27", "?offset=2147483647&limit=0",
    ];

    private static readonly string[] Parameters =
    [
        "limit", "offset", "marker", "sort", "sort_key", "sort_dir", "name", "name~", "status", "volume_id", "size",
        "metadata", "all_tenants", "with_count", "project_id", "created_at", "updated_at", "bootable", "usage",
        "binary", "host", "resource", "availability_zone", "is_public", "x%5B%5D", "",
    ];

    private static readonly string[] Values =
    [
        "", "0", "-1", "1", "1.5", "99999999999999999999", "true", "maybe", "None", "foo", "id:asc,id:desc", "asc",
        "%00", "%ff", "%27%20or%201=1--", "%25_%5c", "2026-01-01T00:00:00", "gt:0001-01-01,lte:9999-12-31", "in:a,b,",
        "%7b%7d", "%7B'a':%20'b'%7D", "7e5ba7f1-1a3c-4a53-9d3c-0d8b7f6a0001", "%E2%80%AE", "%0d%0aX-Evil:1",
    ];

    private static readonly string[] Versions = ["3.0", "3.43", "3.70"];

    private static readonly Gen<string> Query = Gen.OneOf(
        Gen.OneOf(Queries),
        Gen.Select(Gen.OneOf(Parameters), Gen.OneOf(Values), (name, value) => $"{name}={value}").Array[1, 4]
            .Select(parts => "?" + string.Join('&', parts)));

    public static TheoryData<string> Routes() => [.. OpenApiDocument.Operations.Select(operation => operation.Route)];

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task No_request_ends_in_an_error_of_the_server(string route)
    {
        var operation = OpenApiDocument.Operations.Single(known => known.Route == route);
        // What the routes before have made would only make every list longer.
        await host.ClearAsync();
        var ids = await AddAsync();
        var secret = await host.AddVolumeAsync(owner: ApiHost.Other, change: row => row.Name = "not-to-be-seen");
        await host.AddBackupAsync(secret, owner: ApiHost.Other, change: row => row.Name = "not-to-be-seen");
        using var client = host.Raw();
        async Task AskAsync(string id, string? body, string query, string version)
        {
            var path = string.Join('/', operation.Path.Split('/').Select(part => part.StartsWith('{') ? id : part));
            var answer = await new ApiClient(client, ApiHost.Demo, version).SendAsync(
                new HttpMethod(operation.Method), path + query, body);
            Assert.True((int)answer.Status < 500, $"{route} {path}{query} {body}: {answer}");
            Assert.DoesNotContain("not-to-be-seen", answer.Text, StringComparison.Ordinal);
        }

        string[] anyId = [.. Ids, .. ids, secret.Id.ToString()];
        var hasBody = operation.Method is "POST" or "PUT";
        var count = hasBody
            ? 0
            : await EachAsync(operation.Path.Contains('{', StringComparison.Ordinal) ? anyId : [""], AskAsync);
        count += await SampleAsync(
            Gen.Select(Gen.OneOf(anyId), BodyOf(operation), Query, Gen.OneOf(Versions)),
            (id, body, query, version) => AskAsync(id, hasBody ? body : null, query, version),
            (PerRoute * Counts.Times) - count);
        Assert.Empty(host.Errors.Logged);
        Counts.Report("API requests, one route at a time", count);
    }

    private static async Task<int> SampleAsync(
        Gen<(string Id, string Body, string Query, string Version)> gen,
        Func<string, string?, string, string, Task> ask,
        int most)
    {
        if (most <= 0)
            return 0;
        await gen.SampleAsync(
            async (id, body, query, version) => await ask(id, body, query, version), iter: most, threads: 1);
        return most;
    }

    /// <summary>Without a body each id is asked for with each known trick; on PostgreSQL, some of them.</summary>
    private static async Task<int> EachAsync(string[] ids, Func<string, string?, string, string, Task> ask)
    {
        var requests = ids.SelectMany(id => Queries, (id, query) => (id, query))
            .SelectMany(_ => Versions, (request, version) => (request.id, request.query, version)).ToList();
        var step = Math.Max(1, requests.Count / PerRoute);
        var sent = requests.Where((_, number) => number % step == 0).ToList();
        foreach (var (id, query, version) in sent)
            await ask(id, null, query, version);
        return sent.Count;
    }

    private async Task<string[]> AddAsync()
    {
        var volume = await host.AddVolumeAsync();
        var attached = await host.AddVolumeAsync(VolumeStatus.InUse, change: row =>
        {
            (row.AttachmentId, row.AttachmentStatus) = (Guid.NewGuid(), AttachmentStatus.Attached);
            row.AttachmentCreatedAt = DateTime.UtcNow;
        });
        return
        [
            volume.Id.ToString(), $"{attached.AttachmentId}", (await host.AddSnapshotAsync(volume)).Id.ToString(),
            (await host.AddBackupAsync(volume)).Id.ToString(),
            (await host.AddBackupAsync(volume, BackupStatus.Error)).Id.ToString(),
        ];
    }

    /// <summary>A body of the route's schema, with some values replaced and some left out.</summary>
    private static Gen<string> BodyOf(ApiOperation operation)
    {
        var schemas = operation.Body is { } body ? [body] : operation.Actions;
        if (schemas.Count == 0)
            return Gen.OneOf(Spoilt);
        return Gen.OneOf([.. schemas.Select(schema => FromSchema(Describe(schema)))]);
    }

    private static JsonNode Describe(BackupEngine.ControlPlane.Api.Bodies.Schema schema)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
            schema.Write(json);
        return JsonNode.Parse(buffer.ToArray())!;
    }

    private static Gen<string> FromSchema(JsonNode schema)
    {
        var sound = schema["properties"] is JsonObject fields && fields.Count > 0
            ? ObjectOf(fields)
            : Gen.OneOf("\"text\"", "1", "true", "{\"k\":\"v\"}", "\"7e5ba7f1-1a3c-4a53-9d3c-0d8b7f6a0001\"", "null");
        return Gen.Frequency((5, sound), (1, Gen.OneOf(Spoilt)));
    }

    private static Gen<string> ObjectOf(JsonObject fields)
    {
        var parts = fields.Select(field => Gen.Select(
            Gen.Int[0, 4], FromSchema(field.Value!),
            (drop, value) => drop == 0 && fields.Count > 1
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"{JsonSerializer.Serialize(field.Key)}:{value}")));
        return parts.Aggregate(
            Gen.Const(""),
            (all, next) => Gen.Select(all, next, (text, part) => part is null ? text
                : text.Length == 0 ? part : $"{text},{part}"))
            .Select(text => $"{{{text}}}");
    }
}
